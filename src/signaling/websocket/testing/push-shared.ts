import type { FrameReader } from '../frame-reader.ts';

const shared = Buffer.alloc(131_072);

/** Gives a reader a chunk as a socket does: in memory that holds more, and something else afterwards. */
export function pushShared(reader: FrameReader, chunk: Buffer): void {
  shared.fill(0xee);
  chunk.copy(shared);
  reader.push(shared, chunk.length);
  shared.fill(0xdd);
}
