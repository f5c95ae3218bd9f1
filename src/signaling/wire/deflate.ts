import { constants, deflateRawSync } from 'node:zlib';
import { wireLimits } from '../../shared/limits.ts';

const { compressWindowBits: windowBits, compressLevel: level } = wireLimits;
const options = { windowBits, level, finishFlush: constants.Z_SYNC_FLUSH };
/** What a sync flush leaves at the end, which is left out on the wire (RFC 7692, section 7.2.1). */
const flushBytes = 4;
/** One byte for the kind of block, two for the length, two for its complement (RFC 1951, section 3.2.4). */
const storedHeaderBytes = 5;

/**
 * The payload of a compressed message (RFC 7692, section 7.2.1). It refers to no message before it, and what comes behind
 * the first `apart` bytes does not refer to those: so its size says nothing of what they have in common.
 */
export function deflate(bytes: Buffer, apart: number): Buffer {
  const rest = deflateRawSync(bytes.subarray(apart), options);
  const payload = rest.subarray(0, rest.length - flushBytes);
  return apart === 0 ? payload : Buffer.concat([deflateRawSync(bytes.subarray(0, apart), options), payload]);
}

/**
 * The same for a message whose last bytes change: they stand as they are in a stored block of their own, behind which only
 * the beginning of the empty block is left that ends every message.
 */
export function deflateBefore(head: Buffer, tail: Buffer): { payload: Buffer; tailAt: number } {
  const flushed = deflateRawSync(head, options);
  const tailAt = flushed.length + storedHeaderBytes;
  const payload = Buffer.alloc(tailAt + tail.length + 1);
  payload.set(flushed);
  payload.writeUInt16LE(tail.length, tailAt - 4);
  payload.writeUInt16LE(~tail.length & 0xffff, tailAt - 2);
  payload.set(tail, tailAt);
  return { payload, tailAt };
}
