import { attributeType } from './attribute-type.ts';
import { fingerprintOf } from './fingerprint.ts';
import { encodeErrorCode, type StunErrorCode } from './stun-error.ts';
import { type IntegrityAlgorithm, integrityOf } from './stun-integrity.ts';
import { magicCookie, stunHeaderBytes } from './stun-message.ts';
import { encodeStunType, type StunClass } from './stun-type.ts';

/** Writes one message, attribute by attribute; integrity and FINGERPRINT cover what was added before them. */
export class StunMessageBuilder {
  #message: Buffer;

  constructor(method: number, messageClass: StunClass, transactionId: Buffer) {
    this.#message = Buffer.alloc(stunHeaderBytes);
    this.#message.writeUInt16BE(encodeStunType(method, messageClass), 0);
    this.#message.writeUInt32BE(magicCookie, 4);
    transactionId.copy(this.#message, 8, 0, 12);
  }

  add(type: number, value: Buffer): this {
    const attribute = Buffer.alloc(4 + value.length + (-value.length & 3));
    attribute.writeUInt16BE(type, 0);
    attribute.writeUInt16BE(value.length, 2);
    value.copy(attribute, 4);
    this.#append(attribute);
    return this;
  }

  addText(type: number, text: string): this {
    return this.add(type, Buffer.from(text, 'utf8'));
  }

  addUint32(type: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value, 0);
    return this.add(type, bytes);
  }

  addErrorCode(code: StunErrorCode): this {
    return this.add(attributeType.errorCode, encodeErrorCode(code));
  }

  addUnknownAttributes(types: readonly number[]): this {
    const bytes = Buffer.alloc(types.length * 2);
    types.forEach((type, index) => {
      bytes.writeUInt16BE(type, index * 2);
    });
    return this.add(attributeType.unknownAttributes, bytes);
  }

  addIntegrity(key: Buffer, algorithm: IntegrityAlgorithm): this {
    const valueBytes = algorithm === 'sha1' ? 20 : 32;
    const type = algorithm === 'sha1' ? attributeType.messageIntegrity : attributeType.messageIntegritySha256;
    return this.add(type, integrityOf({ preceding: this.#message, key, algorithm, valueBytes }));
  }

  /** Must be the last: the header's length already counts the eight bytes while the CRC is taken. */
  addFingerprint(): this {
    const preceding = Buffer.from(this.#message);
    preceding.writeUInt16BE(preceding.length - stunHeaderBytes + 8, 2);
    return this.addUint32(attributeType.fingerprint, fingerprintOf(preceding));
  }

  build(): Buffer {
    return this.#message;
  }

  #append(attribute: Buffer): void {
    this.#message = Buffer.concat([this.#message, attribute]);
    this.#message.writeUInt16BE(this.#message.length - stunHeaderBytes, 2);
  }
}
