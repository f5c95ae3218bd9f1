import { createCipheriv, createDecipheriv } from 'node:crypto';

/** The record layer of DTLS 1.2 (RFC 6347, section 4.1) with AES-128-GCM (RFC 5288). */
export const contentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

export interface DtlsRecord {
  type: number;
  epoch: number;
  /** Epoch and sequence number as they stand in the header: the explicit nonce and a part of the additional data. */
  sequence: Buffer;
  body: Buffer;
}

export interface RecordKey {
  key: Buffer;
  /** The implicit part of the nonce. */
  salt: Buffer;
}

const headerBytes = 13;
const explicitNonceBytes = 8;
const tagBytes = 16;
const version12 = Buffer.from([0xfe, 0xfd]);
const cipher = 'aes-128-gcm';

/** A datagram holds one record or several. What is cut short is dropped, as section 4.1.2.7 asks. */
export function readRecords(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  for (let offset = 0; offset + headerBytes <= datagram.length; ) {
    const end = offset + headerBytes + datagram.readUInt16BE(offset + 11);
    if (end > datagram.length) break;
    records.push({
      type: datagram.readUInt8(offset),
      epoch: datagram.readUInt16BE(offset + 3),
      sequence: datagram.subarray(offset + 3, offset + 11),
      body: datagram.subarray(offset + headerBytes, end),
    });
    offset = end;
  }
  return records;
}

function additionalData(type: number, sequence: Buffer, length: number): Buffer {
  const data = Buffer.alloc(13);
  sequence.copy(data, 0);
  data.writeUInt8(type, 8);
  version12.copy(data, 9);
  data.writeUInt16BE(length, 11);
  return data;
}

/** Opens a protected record; undefined when it is not authentic. */
export function openRecord({ type, sequence, body }: DtlsRecord, { key, salt }: RecordKey): Buffer | undefined {
  const end = body.length - tagBytes;
  if (end < explicitNonceBytes) return undefined;
  const nonce = Buffer.concat([salt, body.subarray(0, explicitNonceBytes)]);
  const decipher = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(additionalData(type, sequence, end - explicitNonceBytes));
  decipher.setAuthTag(body.subarray(end));
  const plain = decipher.update(body.subarray(explicitNonceBytes, end));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** Numbers and, in epoch 1, protects the records that this side sends. */
export class RecordWriter {
  #sequences = [0, 0];

  write(type: number, epoch: 0 | 1, plain: Buffer, key?: RecordKey): Buffer {
    const sequence = Buffer.alloc(8);
    sequence.writeUInt16BE(epoch, 0);
    sequence.writeUIntBE(this.#next(epoch), 2, 6);
    const body = epoch === 0 || !key ? plain : seal({ type, sequence, plain, key });
    const header = Buffer.alloc(3);
    header.writeUInt8(type, 0);
    version12.copy(header, 1);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(body.length);
    return Buffer.concat([header, sequence, length, body]);
  }

  #next(epoch: 0 | 1): number {
    const sequence = this.#sequences[epoch] ?? 0;
    this.#sequences[epoch] = sequence + 1;
    return sequence;
  }
}

interface PlainRecord {
  type: number;
  sequence: Buffer;
  plain: Buffer;
  key: RecordKey;
}

function seal({ type, sequence, plain, key }: PlainRecord): Buffer {
  const encipher = createCipheriv(cipher, key.key, Buffer.concat([key.salt, sequence]));
  encipher.setAAD(additionalData(type, sequence, plain.length));
  const sealed = encipher.update(plain);
  encipher.final();
  return Buffer.concat([sequence, sealed, encipher.getAuthTag()]);
}
