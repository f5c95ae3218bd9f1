import { createCipheriv, createDecipheriv } from 'node:crypto';

/** SRTP with AEAD_AES_128_GCM (RFC 7714): in Node half the price of the HMAC suites. */
const tagBytes = 16;
const masterKeyBytes = 16;
const masterSaltBytes = 12;
const rtcpHeaderBytes = 8;
const cipher = 'aes-128-gcm';

/** What the DTLS exporter yields, in the order of RFC 5764, section 4.2. */
export const keyingMaterialBytes = 2 * (masterKeyBytes + masterSaltBytes);

export interface MasterKey {
  key: Buffer;
  salt: Buffer;
}

/** Splits the exporter’s output into the keys of the DTLS client and of the DTLS server. */
export function splitKeyingMaterial(material: Buffer): { client: MasterKey; server: MasterKey } {
  const salts = 2 * masterKeyBytes;
  return {
    client: { key: material.subarray(0, masterKeyBytes), salt: material.subarray(salts, salts + masterSaltBytes) },
    server: { key: material.subarray(masterKeyBytes, salts), salt: material.subarray(salts + masterSaltBytes) },
  };
}

/** The key derivation of RFC 3711, section 4.3: AES in counter mode over label and master salt. */
export function deriveSessionKey({ key, salt }: MasterKey, label: number, length: number): Buffer {
  const counter = Buffer.alloc(16);
  salt.copy(counter);
  counter[7] = (counter[7] ?? 0) ^ label;
  return createCipheriv('aes-128-ctr', key, counter).update(Buffer.alloc(length));
}

interface SessionKeys {
  rtp: MasterKey;
  rtcp: MasterKey;
}

function sessionKeys(master: MasterKey): SessionKeys {
  const pair = (keyLabel: number, saltLabel: number): MasterKey => ({
    key: deriveSessionKey(master, keyLabel, masterKeyBytes),
    salt: deriveSessionKey(master, saltLabel, masterSaltBytes),
  });
  return { rtp: pair(0, 2), rtcp: pair(3, 5) };
}

function xorInto(target: Buffer, salt: Buffer): Buffer {
  for (let index = 0; index < masterSaltBytes; index++) target[index] = (target[index] ?? 0) ^ (salt[index] ?? 0);
  return target;
}

/** RFC 7714, section 8.1: two zero bytes, SSRC, rollover counter and sequence number, masked with the salt. */
function rtpNonce(salt: Buffer, ssrc: number, packetIndex: { rollover: number; sequence: number }): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(ssrc, 2);
  nonce.writeUInt32BE(packetIndex.rollover, 6);
  nonce.writeUInt16BE(packetIndex.sequence, 10);
  return xorInto(nonce, salt);
}

/** RFC 7714, section 9.1. */
function rtcpNonce(salt: Buffer, ssrc: number, index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(ssrc, 2);
  nonce.writeUInt32BE(index, 8);
  return xorInto(nonce, salt);
}

/** Protects one RTP packet with session keys that are given; the rollover counter is the caller’s. */
export function protectRtp({ key, salt }: MasterKey, packet: Buffer, headerBytes: number, rollover: number): Buffer {
  const nonce = rtpNonce(salt, packet.readUInt32BE(8), { rollover, sequence: packet.readUInt16BE(2) });
  const seal = createCipheriv(cipher, key, nonce);
  const sealed = Buffer.allocUnsafe(packet.length + tagBytes);
  packet.copy(sealed, 0, 0, headerBytes);
  seal.setAAD(sealed.subarray(0, headerBytes));
  seal.update(packet.subarray(headerBytes)).copy(sealed, headerBytes);
  seal.final();
  seal.getAuthTag().copy(sealed, packet.length);
  return sealed;
}

/** Seals what this side sends. */
export class SrtpSender {
  readonly #keys: SessionKeys;
  #rtcpIndex = 0;

  constructor(master: MasterKey) {
    this.#keys = sessionKeys(master);
  }

  rtp(packet: Buffer, headerBytes: number, rollover: number): Buffer {
    return protectRtp(this.#keys.rtp, packet, headerBytes, rollover);
  }

  /** RFC 7714, section 9.2: the first eight bytes stay readable; the E flag and the index follow the tag. */
  rtcp(packet: Buffer): Buffer {
    const { key, salt } = this.#keys.rtcp;
    const index = this.#rtcpIndex++;
    const trailer = Buffer.alloc(4);
    trailer.writeUInt32BE((index | 0x80000000) >>> 0);
    const seal = createCipheriv(cipher, key, rtcpNonce(salt, packet.readUInt32BE(4), index));
    const header = packet.subarray(0, rtcpHeaderBytes);
    seal.setAAD(Buffer.concat([header, trailer]));
    const body = seal.update(packet.subarray(rtcpHeaderBytes));
    seal.final();
    return Buffer.concat([header, body, seal.getAuthTag(), trailer]);
  }
}

/** Opens what the other side sends; undefined when a packet is not authentic. */
export class SrtpReceiver {
  readonly #keys: SessionKeys;

  constructor(master: MasterKey) {
    this.#keys = sessionKeys(master);
  }

  rtp(sealed: Buffer, headerBytes: number, rollover: number): Buffer | undefined {
    const { key, salt } = this.#keys.rtp;
    const nonce = rtpNonce(salt, sealed.readUInt32BE(8), { rollover, sequence: sealed.readUInt16BE(2) });
    const end = sealed.length - tagBytes;
    if (end < headerBytes) return undefined;
    return open({
      key,
      nonce,
      aad: sealed.subarray(0, headerBytes),
      sealed: sealed.subarray(headerBytes, end),
      tag: sealed.subarray(end),
    });
  }

  rtcp(sealed: Buffer): Buffer | undefined {
    const end = sealed.length - 4 - tagBytes;
    if (end < rtcpHeaderBytes) return undefined;
    const { key, salt } = this.#keys.rtcp;
    const trailer = sealed.subarray(sealed.length - 4);
    const nonce = rtcpNonce(salt, sealed.readUInt32BE(4), trailer.readUInt32BE(0) & 0x7fffffff);
    const header = sealed.subarray(0, rtcpHeaderBytes);
    const body = open({
      ...{ key, nonce, aad: Buffer.concat([header, trailer]) },
      ...{ sealed: sealed.subarray(rtcpHeaderBytes, end), tag: sealed.subarray(end, end + tagBytes) },
    });
    return body && Buffer.concat([header, body]);
  }
}

interface Sealed {
  key: Buffer;
  nonce: Buffer;
  aad: Buffer;
  sealed: Buffer;
  tag: Buffer;
}

function open({ key, nonce, aad, sealed, tag }: Sealed): Buffer | undefined {
  const decipher = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  const plain = decipher.update(sealed);
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
