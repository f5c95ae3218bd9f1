import type { StatementSync } from 'node:sqlite';
import type { Database } from '../storage/database.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS revocation (
    identity TEXT NOT NULL PRIMARY KEY, revoked_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Keeps revocations in the server's database, so that a restart does not let in again who was sent away. */
export class RevocationStore {
  readonly #database: Database;
  readonly #save: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    database.exec(schema);
    this.#save = database.prepare('INSERT OR REPLACE INTO revocation VALUES (?, ?)');
    this.#forget = database.prepare('DELETE FROM revocation WHERE identity = ?');
  }

  /** Identities with the times of their revocation, oldest first. */
  load(): [identity: string, revokedAt: number][] {
    const rows = this.#database.prepare('SELECT identity, revoked_at FROM revocation ORDER BY revoked_at').all();
    return rows.map(({ identity, revoked_at }) => [String(identity), Number(revoked_at)]);
  }

  save(identity: string, revokedAt: number, forgotten: readonly string[]): void {
    this.#database.transaction(() => {
      this.#save.run(identity, revokedAt);
      for (const old of forgotten) this.#forget.run(old);
    });
  }
}
