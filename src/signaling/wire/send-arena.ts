const arenaBytes = 65_536;

/**
 * Memory that outgoing bytes are put together in. A socket that took everything at once, as nearly all do, no longer
 * needs its part, which the next one then uses; so sending to a thousand sockets touches one piece of memory.
 */
export class SendArena {
  #bytes: Buffer = Buffer.allocUnsafeSlow(arenaBytes);
  #used = 0;

  /** A piece to fill and to write to a socket before the next piece is taken. */
  take(byteLength: number): Buffer {
    if (byteLength > arenaBytes) return Buffer.allocUnsafeSlow(byteLength);
    if (this.#used + byteLength > arenaBytes) this.#renew();
    return this.#bytes.subarray(this.#used, this.#used + byteLength);
  }

  /** Says that the piece taken last is still needed by its socket. */
  keep(piece: Buffer): void {
    if (piece.buffer === this.#bytes.buffer) this.#used += piece.length;
  }

  #renew(): void {
    this.#bytes = Buffer.allocUnsafeSlow(arenaBytes);
    this.#used = 0;
  }
}
