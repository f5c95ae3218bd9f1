import { attributeType, isUnknownRequired } from './attribute-type.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type StunClass, stunClassOf, stunMethodOf } from './stun-type.ts';

export const magicCookie = 0x2112a442;
export const stunHeaderBytes = 20;

/** More attributes than any real message has; what exceeds it is refused before more work is spent on it. */
const maxAttributes = 40;

interface Attribute {
  readonly type: number;
  /** Where the attribute's header begins; its value follows four bytes later. */
  readonly start: number;
  readonly length: number;
}

/** A well-formed STUN message. Values are views into the received buffer and are read-only by agreement. */
export class StunMessage {
  readonly buffer: Buffer;
  readonly type: number;
  readonly #attributes: readonly Attribute[];

  constructor(buffer: Buffer, attributes: readonly Attribute[]) {
    this.buffer = buffer;
    this.type = buffer.readUInt16BE(0);
    this.#attributes = attributes;
  }

  get messageClass(): StunClass {
    return stunClassOf(this.type);
  }

  get method(): number {
    return stunMethodOf(this.type);
  }

  get transactionId(): Buffer {
    return this.buffer.subarray(8, stunHeaderBytes);
  }

  has(type: number): boolean {
    return this.#find(type) !== undefined;
  }

  /** The first attribute of a type; later ones are ignored (RFC 8489 section 14). */
  get(type: number): Buffer | undefined {
    const attribute = this.#find(type);
    return attribute === undefined ? undefined : this.#valueOf(attribute);
  }

  /** All attributes of a type, for XOR-PEER-ADDRESS, the only one that may repeat. */
  getAll(type: number): Buffer[] {
    return this.#attributes.filter((attribute) => attribute.type === type).map((attribute) => this.#valueOf(attribute));
  }

  /** Where an attribute's header begins, which is where an integrity check over the preceding text ends. */
  startOf(type: number): number | undefined {
    return this.#find(type)?.start;
  }

  /** The comprehension-required attributes that are not understood, each once. */
  unknownRequired(): number[] {
    return [...new Set(this.#attributes.map(({ type }) => type).filter(isUnknownRequired))];
  }

  #find(type: number): Attribute | undefined {
    return this.#attributes.find((attribute) => attribute.type === type);
  }

  #valueOf({ start, length }: Attribute): Buffer {
    return this.buffer.subarray(start + 4, start + 4 + length);
  }
}

/** True when a datagram or frame may be STUN: the two zero bits, the cookie and an exact length (RFC 8489 section 5). */
export function hasStunHeader(buffer: Buffer): boolean {
  return (
    buffer.length >= stunHeaderBytes &&
    buffer.readUInt8(0) < 0x40 &&
    buffer.readUInt32BE(4) === magicCookie &&
    buffer.readUInt16BE(2) % 4 === 0 &&
    buffer.readUInt16BE(2) + stunHeaderBytes === buffer.length
  );
}

/** Parses a whole message. Undefined, never an exception, for anything malformed or with a wrong FINGERPRINT. */
export function parseStunMessage(buffer: Buffer): StunMessage | undefined {
  if (!hasStunHeader(buffer)) return undefined;
  const attributes = readAttributes(buffer);
  if (attributes === undefined) return undefined;
  const last = attributes.at(-1);
  if (last?.type === attributeType.fingerprint && !isFingerprintRight(buffer, last)) return undefined;
  return new StunMessage(buffer, attributes);
}

function readAttributes(buffer: Buffer): Attribute[] | undefined {
  const attributes: Attribute[] = [];
  let stage = 0;
  for (let start = stunHeaderBytes; start < buffer.length; ) {
    const type = buffer.readUInt16BE(start);
    const length = buffer.readUInt16BE(start + 2);
    const next = start + 4 + length + (-length & 3);
    if (next > buffer.length || attributes.length === maxAttributes) return undefined;
    const allowed = isAllowedAt(stage, type);
    if (allowed === undefined) return undefined;
    if (allowed) attributes.push({ type, start, length });
    stage = Math.max(stage, stageAfter(type));
    start = next;
  }
  return attributes;
}

/** 0 before any integrity attribute, 1 after MESSAGE-INTEGRITY, 2 after its SHA-256 sibling, 3 after FINGERPRINT. */
function stageAfter(type: number): number {
  if (type === attributeType.messageIntegrity) return 1;
  if (type === attributeType.messageIntegritySha256) return 2;
  return type === attributeType.fingerprint ? 3 : 0;
}

/**
 * What follows an integrity attribute is unprotected and therefore ignored, except the integrity attributes of a later
 * stage (RFC 8489 sections 14.5 and 14.6); nothing may follow FINGERPRINT (section 14.7), which gives undefined.
 */
function isAllowedAt(stage: number, type: number): boolean | undefined {
  if (stage === 3) return undefined;
  return stage === 0 || stageAfter(type) > stage;
}

function isFingerprintRight(buffer: Buffer, { start, length }: Attribute): boolean {
  return length === 4 && buffer.readUInt32BE(start + 4) === fingerprintOf(buffer.subarray(0, start));
}
