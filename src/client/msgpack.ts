/** MessagePack for the client, apart from its entry so that only those have it in their bundle who use it. */

import { packedSubprotocol } from '../protocol/encodings.ts';
import { pack } from '../protocol/msgpack/pack.ts';
import { unpack } from '../protocol/msgpack/unpack.ts';
import type { FrameEncoding } from './platform.ts';

/** For `encoding` in the client's options: smaller frames, and bytes in messages as they are. */
export const msgpackEncoding: FrameEncoding = {
  subprotocol: packedSubprotocol,
  encode: (text) => pack(JSON.parse(text)),
  decode: (data) => unpack(new Uint8Array(data), { fromBytes: (bytes) => bytes.slice() }),
};
