import { createHmac, timingSafeEqual } from 'node:crypto';
import { attributeType } from './attribute-type.ts';
import { type StunMessage, stunHeaderBytes } from './stun-message.ts';

export type IntegrityAlgorithm = 'sha1' | 'sha256';

/**
 * The HMAC of a message up to its integrity attribute. The header's length counts as if the attribute were the last
 * (RFC 8489 section 14.5), whatever follows it.
 */
export function integrityOf(options: {
  preceding: Buffer;
  key: Buffer;
  algorithm: IntegrityAlgorithm;
  valueBytes: number;
}): Buffer {
  const { preceding, key, algorithm, valueBytes } = options;
  const header = Buffer.from(preceding.subarray(0, stunHeaderBytes));
  header.writeUInt16BE(preceding.length - stunHeaderBytes + 4 + valueBytes, 2);
  return createHmac(algorithm, key).update(header).update(preceding.subarray(stunHeaderBytes)).digest();
}

/** Which integrity attribute decides: the stronger one when a message has both (RFC 8489 section 9.2.4). */
export function integrityAlgorithmOf(message: StunMessage): IntegrityAlgorithm | undefined {
  if (message.has(attributeType.messageIntegritySha256)) return 'sha256';
  return message.has(attributeType.messageIntegrity) ? 'sha1' : undefined;
}

/** Checks the deciding integrity attribute in constant time. */
export function isIntegrityRight(message: StunMessage, key: Buffer): boolean {
  const algorithm = integrityAlgorithmOf(message);
  if (algorithm === undefined) return false;
  const type = algorithm === 'sha256' ? attributeType.messageIntegritySha256 : attributeType.messageIntegrity;
  const value = message.get(type);
  if (value === undefined || !isLengthAllowed(algorithm, value.length)) return false;
  const preceding = message.buffer.subarray(0, message.startOf(type));
  const expected = integrityOf({ preceding, key, algorithm, valueBytes: value.length });
  return timingSafeEqual(value, expected.subarray(0, value.length));
}

/** SHA-256 may be truncated to a multiple of four of at least 16 bytes (RFC 8489 section 14.6). */
function isLengthAllowed(algorithm: IntegrityAlgorithm, length: number): boolean {
  return algorithm === 'sha1' ? length === 20 : length >= 16 && length <= 32 && length % 4 === 0;
}
