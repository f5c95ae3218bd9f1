import { createHmac, timingSafeEqual } from 'node:crypto';

/** RFC 8489 section 9.2: a nonce that begins so carries the server's security features in the next four characters. */
const nonceCookie = 'obMatJos2';

/** RFC 8489 section 18.1; bit 0 is the leftmost of 24. */
const featureBits = { passwordAlgorithms: 0x800000, usernameAnonymity: 0x400000 } as const;

/** Milliseconds of Unix time and 72 bits of HMAC: together 20 characters of base64 without padding. */
const timeBytes = 6;
const macBytes = 9;

export interface NonceIssuerOptions {
  readonly key: Buffer;
  readonly lifetimeMs: number;
  readonly passwordAlgorithms: boolean;
  readonly usernameAnonymity: boolean;
}

/**
 * Issues nonces that need no memory: the time of issue and an HMAC over it and the client's address. A flood of
 * unauthenticated requests therefore costs one HMAC each and stores nothing.
 */
export class NonceIssuer {
  readonly #key: Buffer;
  readonly #lifetimeMs: number;
  readonly #prefix: string;

  constructor(options: NonceIssuerOptions) {
    this.#key = options.key;
    this.#lifetimeMs = options.lifetimeMs;
    const bits =
      (options.passwordAlgorithms ? featureBits.passwordAlgorithms : 0) |
      (options.usernameAnonymity ? featureBits.usernameAnonymity : 0);
    this.#prefix = nonceCookie + Buffer.from([bits >> 16, (bits >> 8) & 0xff, bits & 0xff]).toString('base64');
  }

  issue(address: string, nowMs: number): string {
    const time = Buffer.alloc(timeBytes);
    time.writeUIntBE(Math.floor(nowMs), 0, timeBytes);
    return this.#prefix + Buffer.concat([time, this.#mac(time, address)]).toString('base64');
  }

  /** True while a nonce that was issued to this address is fresh; forged and foreign nonces count as stale. */
  isFresh(nonce: string, address: string, nowMs: number): boolean {
    if (!nonce.startsWith(this.#prefix) || nonce.length !== this.#prefix.length + 20) return false;
    const bytes = Buffer.from(nonce.slice(this.#prefix.length), 'base64');
    if (bytes.length !== timeBytes + macBytes) return false;
    const time = bytes.subarray(0, timeBytes);
    if (!timingSafeEqual(bytes.subarray(timeBytes), this.#mac(time, address))) return false;
    const ageMs = nowMs - time.readUIntBE(0, timeBytes);
    return ageMs >= -1_000 && ageMs < this.#lifetimeMs;
  }

  #mac(time: Buffer, address: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(time)
      .update(this.#prefix)
      .update(address)
      .digest()
      .subarray(0, macBytes);
  }
}

/** True when a nonce announces, by its cookie, that the server offers password algorithms (RFC 8489 section 9.2.4). */
export function announcesPasswordAlgorithms(nonce: string): boolean {
  if (!nonce.startsWith(nonceCookie)) return false;
  const features = Buffer.from(nonce.slice(nonceCookie.length, nonceCookie.length + 4), 'base64');
  return features.length === 3 && (features.readUIntBE(0, 3) & featureBits.passwordAlgorithms) !== 0;
}
