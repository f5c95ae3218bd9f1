/** Handshake messages of DTLS 1.2 (RFC 6347, section 4.2; RFC 5246, section 7.4; RFC 8422; RFC 5764). */
export const messageType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  newSessionTicket: 4,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

const handshakeHeaderBytes = 12;
const versionDtls12 = 0xfefd;
const cipherSuites = [0xc02b, 0xc02f];
const namedGroupP256 = 23;
const signatureAlgorithms = [0x0403, 0x0401];
const srtpAeadAes128Gcm = 0x0007;

const extension = {
  supportedGroups: 10,
  ecPointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;

export interface HandshakeMessage {
  type: number;
  sequence: number;
  body: Buffer;
}

export function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** A vector: its length in so many bytes, then its content. */
export function vector(lengthBytes: number, content: Buffer): Buffer {
  return Buffer.concat([uint(content.length, lengthBytes), content]);
}

/** The unfragmented form, which is also what the transcript holds. */
export function encodeHandshake({ type, sequence, body }: HandshakeMessage): Buffer {
  return Buffer.concat([
    uint(type, 1),
    uint(body.length, 3),
    uint(sequence, 2),
    uint(0, 3),
    uint(body.length, 3),
    body,
  ]);
}

function encodeExtension(type: number, content: Buffer): Buffer {
  return Buffer.concat([uint(type, 2), vector(2, content)]);
}

function uint16List(values: number[]): Buffer {
  return Buffer.concat(values.map((value) => uint(value, 2)));
}

export function clientHello(random: Buffer, cookie: Buffer): Buffer {
  const extensions = Buffer.concat([
    encodeExtension(extension.supportedGroups, vector(2, uint(namedGroupP256, 2))),
    encodeExtension(extension.ecPointFormats, vector(1, uint(0, 1))),
    encodeExtension(extension.signatureAlgorithms, vector(2, uint16List(signatureAlgorithms))),
    encodeExtension(
      extension.useSrtp,
      Buffer.concat([vector(2, uint(srtpAeadAes128Gcm, 2)), vector(1, Buffer.alloc(0))]),
    ),
    encodeExtension(extension.extendedMasterSecret, Buffer.alloc(0)),
    encodeExtension(extension.renegotiationInfo, vector(1, Buffer.alloc(0))),
  ]);
  return Buffer.concat([
    uint(versionDtls12, 2),
    random,
    vector(1, Buffer.alloc(0)),
    vector(1, cookie),
    vector(2, uint16List(cipherSuites)),
    vector(1, uint(0, 1)),
    vector(2, extensions),
  ]);
}

export interface ServerHello {
  random: Buffer;
  extendedMasterSecret: boolean;
  /** True when the SRTP profile that was offered is the one agreed on. */
  srtp: boolean;
}

export function readServerHello(body: Buffer): ServerHello {
  const sessionEnd = 35 + body.readUInt8(34);
  const extensions = new Map<number, Buffer>();
  for (let offset = sessionEnd + 5; offset + 4 <= body.length; ) {
    const length = body.readUInt16BE(offset + 2);
    extensions.set(body.readUInt16BE(offset), body.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  const profile = extensions.get(extension.useSrtp);
  return {
    random: body.subarray(2, 34),
    extendedMasterSecret: extensions.has(extension.extendedMasterSecret),
    srtp: profile !== undefined && profile.length >= 4 && profile.readUInt16BE(2) === srtpAeadAes128Gcm,
  };
}

/** The first certificate of the chain; self-signed ones are alone anyway. */
export function readCertificate(body: Buffer): Buffer {
  return body.subarray(6, 6 + body.readUIntBE(3, 3));
}

export interface ServerKeyExchange {
  publicKey: Buffer;
  /** The part that is signed, together with both randoms. */
  parameters: Buffer;
  signature: Buffer;
}

export function readServerKeyExchange(body: Buffer): ServerKeyExchange {
  if (body.readUInt8(0) !== 3 || body.readUInt16BE(1) !== namedGroupP256) throw new Error('unexpected key exchange');
  const keyEnd = 4 + body.readUInt8(3);
  const signatureStart = keyEnd + 4;
  return {
    publicKey: body.subarray(4, keyEnd),
    parameters: body.subarray(0, keyEnd),
    signature: body.subarray(signatureStart, signatureStart + body.readUInt16BE(keyEnd + 2)),
  };
}

/** Puts fragmented handshake messages together and hands them out in their order (RFC 6347, section 4.2.3). */
export class HandshakeReassembly {
  readonly #parts = new Map<number, { type: number; body: Buffer; missing: number }>();
  #next = 0;

  /** Takes the content of one handshake record, which may hold several messages or fragments. */
  add(content: Buffer): void {
    for (let offset = 0; offset + handshakeHeaderBytes <= content.length; ) {
      const length = content.readUIntBE(offset + 1, 3);
      const from = content.readUIntBE(offset + 6, 3);
      const size = content.readUIntBE(offset + 9, 3);
      const start = offset + handshakeHeaderBytes;
      const sequence = content.readUInt16BE(offset + 4);
      if (sequence >= this.#next && from + size <= length && length < 65_536) {
        this.#addFragment(
          sequence,
          { type: content.readUInt8(offset), length, from },
          content.subarray(start, start + size),
        );
      }
      offset = start + size;
    }
  }

  /** The next message in order, if it is complete. */
  take(): HandshakeMessage | undefined {
    const part = this.#parts.get(this.#next);
    if (!part || part.missing > 0) return undefined;
    this.#parts.delete(this.#next);
    return { type: part.type, sequence: this.#next++, body: part.body };
  }

  /** A retransmitted fragment repeats what is there; only a fragment that begins where the known part ends counts. */
  #addFragment(
    sequence: number,
    { type, length, from }: { type: number; length: number; from: number },
    bytes: Buffer,
  ): void {
    const part = this.#parts.get(sequence) ?? { type, body: Buffer.alloc(length), missing: length };
    this.#parts.set(sequence, part);
    if (from !== length - part.missing) return;
    bytes.copy(part.body, from);
    part.missing -= bytes.length;
  }
}
