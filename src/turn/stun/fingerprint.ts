import { crc32 } from 'node:zlib';

/** FINGERPRINT's value for the message up to, but not with, the attribute itself (RFC 8489 section 14.7). */
export function fingerprintOf(preceding: Buffer): number {
  return (crc32(preceding) ^ 0x5354554e) >>> 0;
}
