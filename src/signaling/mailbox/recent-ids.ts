/** Ids that are remembered of one session's unacknowledged messages: more than are sent again after a cut. */
const maxIds = 256;

/** The last message ids of a sender. */
export class RecentIds {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > maxIds && oldest !== undefined) this.#ids.delete(oldest);
  }
}
