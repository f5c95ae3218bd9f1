import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The little of STUN (RFC 8489) that an ICE agent needs towards an ICE-lite server. */
const magicCookie = 0x2112a442;
const headerBytes = 20;
const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;

const attribute = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  priority: 0x0024,
  useCandidate: 0x0025,
  iceControlling: 0x802a,
  fingerprint: 0x8028,
} as const;

const integrityBytes = 20;
const fingerprintXor = 0x5354554e;
/** Type preference 110 of a peer-reflexive candidate, component 1 (RFC 8445, section 5.1.2). */
const priority = 110 * 2 ** 24 + 65_535 * 2 ** 8 + 255;

export interface BindingRequest {
  /** `remote:local` (RFC 8445, section 7.2.2). */
  username: string;
  /** The remote side’s password. */
  password: string;
  tieBreaker: bigint;
}

function encodeAttribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** Attributes that protect a message count in its length before they are added (RFC 8489, sections 14.5 and 14.7). */
function withLengthFor(message: Buffer, extraBytes: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(message.length - headerBytes + extraBytes, 2);
  return copy;
}

/** Builds a connectivity check that nominates at once: all that a full agent sends to a lite one. */
export function encodeBindingRequest({ username, password, tieBreaker }: BindingRequest): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(bindingRequest, 0);
  header.writeUInt32BE(magicCookie, 4);
  randomBytes(12).copy(header, 8);
  let message = Buffer.concat([
    header,
    encodeAttribute(attribute.username, Buffer.from(username)),
    encodeAttribute(attribute.priority, uint32(priority)),
    encodeAttribute(attribute.iceControlling, uint64(tieBreaker)),
    encodeAttribute(attribute.useCandidate, Buffer.alloc(0)),
  ]);
  const sealed = withLengthFor(message, 4 + integrityBytes);
  const mac = createHmac('sha1', password).update(sealed).digest();
  message = Buffer.concat([sealed, encodeAttribute(attribute.messageIntegrity, mac)]);
  const checked = withLengthFor(message, 8);
  const fingerprint = (crc32(checked) ^ fingerprintXor) >>> 0;
  return Buffer.concat([checked, encodeAttribute(attribute.fingerprint, uint32(fingerprint))]);
}

export function isStun(datagram: Buffer): boolean {
  return datagram.length >= headerBytes && (datagram[0] ?? 255) < 4 && datagram.readUInt32BE(4) === magicCookie;
}

/** Tells whether a datagram is the authentic success response to a request that was sent. */
export function isBindingSuccess(datagram: Buffer, request: Buffer, password: string): boolean {
  if (datagram.readUInt16BE(0) !== bindingSuccess) return false;
  if (!datagram.subarray(8, headerBytes).equals(request.subarray(8, headerBytes))) return false;
  const offset = findAttribute(datagram, attribute.messageIntegrity);
  if (offset === undefined || offset + 4 + integrityBytes > datagram.length) return false;
  const sealed = withLengthFor(datagram.subarray(0, offset), 4 + integrityBytes);
  const mac = createHmac('sha1', password).update(sealed).digest();
  return timingSafeEqual(mac, datagram.subarray(offset + 4, offset + 4 + integrityBytes));
}

function findAttribute(message: Buffer, wanted: number): number | undefined {
  for (let offset = headerBytes; offset + 4 <= message.length; ) {
    if (message.readUInt16BE(offset) === wanted) return offset;
    offset += 4 + Math.ceil(message.readUInt16BE(offset + 2) / 4) * 4;
  }
  return undefined;
}
