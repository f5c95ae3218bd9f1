/** Something that has packets to send from time to time. */
export interface Paced {
  /** Sends everything that is due and says when the next is. Times are of `performance.now()`. */
  sendDue(nowMs: number): number;
}

const tickMs = 5;

/**
 * Paces all streams of a process from one timer: a thousand timers a hundred times a second would cost more than the
 * packets. A late tick sends what has become due in the meantime, so the rate holds.
 */
export class MediaTicker {
  readonly #next = new Map<Paced, number>();
  #timer: NodeJS.Timeout | undefined;

  add(stream: Paced, firstMs: number): void {
    this.#next.set(stream, firstMs);
    this.#timer ??= setInterval(() => this.#tick(), tickMs);
  }

  remove(stream: Paced): void {
    this.#next.delete(stream);
    if (this.#next.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const [stream, dueMs] of this.#next) {
      if (dueMs <= nowMs) this.#next.set(stream, stream.sendDue(nowMs));
    }
  }
}
