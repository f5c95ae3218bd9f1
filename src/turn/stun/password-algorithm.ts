import { createHash } from 'node:crypto';

export type PasswordAlgorithm = 'md5' | 'sha256';

const numbers = { md5: 0x0001, sha256: 0x0002 } as const;

/** The value of PASSWORD-ALGORITHM, or of PASSWORD-ALGORITHMS in order of preference (RFC 8489 section 14.11). */
export function encodePasswordAlgorithms(algorithms: readonly PasswordAlgorithm[]): Buffer {
  const bytes = Buffer.alloc(algorithms.length * 4);
  algorithms.forEach((algorithm, index) => {
    bytes.writeUInt16BE(numbers[algorithm], index * 4);
  });
  return bytes;
}

/** Reads PASSWORD-ALGORITHM; undefined for an unknown one, and for parameters, which neither algorithm takes. */
export function decodePasswordAlgorithm(value: Buffer): PasswordAlgorithm | undefined {
  if (value.length !== 4 || value.readUInt16BE(2) !== 0) return undefined;
  const number = value.readUInt16BE(0);
  if (number === numbers.md5) return 'md5';
  return number === numbers.sha256 ? 'sha256' : undefined;
}

/** The key of long-term credentials: the hash of `username:realm:password` (RFC 8489 section 9.2.2). */
export function longTermKey(options: {
  username: string;
  realm: string;
  password: string;
  algorithm: PasswordAlgorithm;
}): Buffer {
  const text = `${opaqueString(options.username)}:${opaqueString(options.realm)}:${opaqueString(options.password)}`;
  return createHash(options.algorithm).update(text, 'utf8').digest();
}

/** USERHASH: the SHA-256 of `username:realm` (RFC 8489 section 14.4). */
export function userhashOf(username: string, realm: string): Buffer {
  return createHash('sha256')
    .update(`${opaqueString(username)}:${opaqueString(realm)}`, 'utf8')
    .digest();
}

/** The OpaqueString profile (RFC 8265 section 4.2): spaces beyond ASCII become ASCII ones, then form NFC. */
function opaqueString(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}
