/** The last messages to a room, for those who come later; bounded by count and by bytes. */
export class RoomHistory {
  readonly #limits: { maxMessages: number; maxBytes: number };
  readonly #heads: { head: string; bytes: number }[] = [];
  #bytes = 0;

  constructor(limits: { maxMessages: number; maxBytes: number }) {
    this.#limits = limits;
  }

  /** Adds an event's text up to `seq`. What is too large by itself is not kept. */
  add(head: string): void {
    const bytes = Buffer.byteLength(head);
    if (bytes > this.#limits.maxBytes) return;
    this.#heads.push({ head, bytes });
    this.#bytes += bytes;
    while (this.#heads.length > this.#limits.maxMessages || this.#bytes > this.#limits.maxBytes) {
      this.#bytes -= this.#heads.shift()?.bytes ?? 0;
    }
  }

  /** Oldest first. */
  heads(): string[] {
    return this.#heads.map(({ head }) => head);
  }
}
