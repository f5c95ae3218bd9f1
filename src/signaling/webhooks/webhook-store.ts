import type { Database } from '../storage/database.ts';

/** A webhook that its receiver has not taken yet. */
export interface WaitingWebhook {
  readonly url: string;
  readonly body: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS webhook (
    ordinal INTEGER PRIMARY KEY, url TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
`;

/**
 * Keeps what waits while the server is not there, from its end to its next start. It is not written down earlier: that
 * would cost a busy server more than it costs a receiver to ask.
 */
export class WebhookStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(schema);
  }

  save(waiting: readonly WaitingWebhook[]): void {
    if (waiting.length === 0) return;
    const insert = this.#database.prepare('INSERT INTO webhook (url, body) VALUES (?, ?)');
    this.#database.transaction(() => {
      for (const { url, body } of waiting) insert.run(url, body);
    });
  }

  /** Gives what was saved, in order; it is not kept any longer. */
  take(): WaitingWebhook[] {
    return this.#database.transaction(() => {
      const rows = this.#database.prepare('SELECT url, body FROM webhook ORDER BY ordinal').all();
      this.#database.exec('DELETE FROM webhook');
      return rows.map(({ url, body }) => ({ url: String(url), body: String(body) }));
    });
  }
}
