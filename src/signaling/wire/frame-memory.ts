const leastBytes = 512;
const mostBytes = 16_384;
/** Pieces of one size that are kept: as many as a busy server has in use at a time. */
const keptPieces = 256;

/**
 * Pieces of memory that are used again: new ones for every batch of events would be counted against the heap, and have the
 * garbage collector run more often.
 */
export class FrameMemory {
  readonly #free = new Map<number, Buffer[]>();

  /** At least that many bytes, with anything in them. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    return this.#free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Takes back a piece that nobody looks at any more. */
  give(piece: Buffer): void {
    if (piece.length < leastBytes || piece.length > mostBytes) return;
    const free = this.#free.get(piece.length) ?? [];
    this.#free.set(piece.length, free);
    if (free.length < keptPieces) free.push(piece);
  }
}

/** A power of two, or just what is needed where that is more than is ever kept. */
function sizeFor(bytes: number): number {
  if (bytes > mostBytes) return bytes;
  return Math.max(leastBytes, 2 ** Math.ceil(Math.log2(bytes)));
}
