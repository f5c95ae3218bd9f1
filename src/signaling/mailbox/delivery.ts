import type { MailboxEntry } from './mailbox-store.ts';

/** Entries on their way to one session, so that a full mailbox floods neither its socket nor its history. */
const windowEntries = 128;
const windowBytes = 131_072;

/** How far one session has got with its mailbox: what it was sent and has not acknowledged. */
export class Delivery {
  /** Ordinal of the newest entry that was sent. */
  cursor = 0;
  readonly #sizes = new Map<number, number>();
  #bytes = 0;

  /** Entries that may be sent now. One always may, whatever its size. */
  get space(): number {
    return this.#bytes >= windowBytes ? 0 : windowEntries - this.#sizes.size;
  }

  begin({ ordinal, body }: MailboxEntry): void {
    this.cursor = ordinal;
    this.#sizes.set(ordinal, body.length);
    this.#bytes += body.length;
  }

  /** Idempotent. */
  end(ordinal: number): void {
    this.#bytes -= this.#sizes.get(ordinal) ?? 0;
    this.#sizes.delete(ordinal);
  }
}
