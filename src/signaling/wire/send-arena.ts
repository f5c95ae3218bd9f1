import type { QueuedEvents } from './outbox-entry.ts';

const arenaBytes = 65_536;

/**
 * Memory that outgoing bytes are put together in. A socket that took everything at once, as nearly all do, no longer
 * needs its part, which the next one then uses; so sending to a thousand sockets touches one piece of memory.
 */
export class SendArena {
  #bytes: Buffer = Buffer.allocUnsafeSlow(arenaBytes);
  #used = 0;
  /** What the piece taken last holds, when that is one run of events. */
  #filled: { events: QueuedEvents; piece: Buffer } | undefined;

  /**
   * A piece that holds these events. Members of a room get the same bytes one after the other, so the piece of the one
   * before serves again, with this one's numbers.
   */
  takeEvents(events: QueuedEvents): Buffer {
    const filled = this.#filled;
    if (filled?.events.sameBytesAs(events)) {
      events.batch.number(filled.piece, 0, events);
      return filled.piece;
    }
    const piece = this.take(events.byteLength);
    events.copyTo(piece, 0);
    this.#filled = { events, piece };
    return piece;
  }

  /** Forgets the last events at the end of a turn. */
  rest(): void {
    this.#filled = undefined;
  }

  /** A piece to fill and to write to a socket before the next piece is taken. */
  take(byteLength: number): Buffer {
    this.#filled = undefined;
    if (byteLength > arenaBytes) return Buffer.allocUnsafeSlow(byteLength);
    if (this.#used + byteLength > arenaBytes) this.#renew();
    return this.#bytes.subarray(this.#used, this.#used + byteLength);
  }

  /** Says that the piece taken last is still needed by its socket. */
  keep(piece: Buffer): void {
    this.#filled = undefined;
    if (piece.buffer === this.#bytes.buffer) this.#used += piece.length;
  }

  #renew(): void {
    this.#bytes = Buffer.allocUnsafeSlow(arenaBytes);
    this.#used = 0;
  }
}
