import { toBinaryObject } from '../../protocol/binary-value.ts';
import { unpack } from '../../protocol/msgpack/unpack.ts';
import { wireLimits } from '../../shared/limits.ts';

const options = { maxDepth: wireLimits.maxPackedDepth, fromBytes: toBinaryObject };

/**
 * The JSON text that says what a MessagePack message says, so that behind the edge there is one form of request and one
 * set of checks. Empty, which is no JSON, for what is no such message.
 */
export function unpackMessage(bytes: Buffer): string {
  try {
    return JSON.stringify(unpack(bytes, options));
  } catch {
    return '';
  }
}
