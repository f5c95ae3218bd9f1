import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Logger } from '../../shared/logger.ts';
import { Checkpointer } from './checkpointer.ts';

/** Rises when a table changes in a way that an earlier version cannot use. */
const schemaVersion = 1;
/** What the log is cut to when it begins anew. Cutting it further would only make the file system work. */
const keptLogBytes = 67_108_864;
/** How long a write waits for the end of a checkpoint that had to be forced; see checkpoint-worker.ts. */
const busyTimeoutMs = 5_000;

/**
 * The server's one SQLite database: in a file it survives `kill -9` of the process (write-ahead log), without one it lives
 * in memory as long as the server does. What is written is forced to the disk by a thread of its own, because that takes
 * milliseconds in which the event loop would stand still.
 */
export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #checkpointer: Checkpointer | undefined;

  /** Throws when the file cannot be written, is no database, or belongs to a later version. */
  constructor({ file, logger }: { file?: string | undefined; logger?: Logger } = {}) {
    if (file !== undefined) ownFile(file);
    this.#sqlite = new DatabaseSync(file ?? ':memory:', { timeout: busyTimeoutMs });
    try {
      this.#prepareFile();
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
    if (file !== undefined) this.#checkpointer = new Checkpointer({ file, logger, onFailed: () => this.#goOnAlone() });
  }

  exec(sql: string): void {
    this.#sqlite.exec(sql);
  }

  prepare(sql: string): StatementSync {
    return this.#sqlite.prepare(sql);
  }

  /** All or nothing; once it returns, the end of the process undoes nothing of it. */
  transaction<Result>(work: () => Result): Result {
    this.#sqlite.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#sqlite.exec('COMMIT');
      this.#checkpointer?.noteCommit();
      return result;
    } catch (error) {
      // Where the transaction has ended by itself (a full disk) there is nothing to roll back.
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
      throw error;
    }
  }

  /** Writes the log into the database. Idempotent. */
  async close(): Promise<void> {
    await this.#checkpointer?.close();
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  #prepareFile(): void {
    const version = Number(this.#sqlite.prepare('PRAGMA user_version').get()?.user_version);
    if (version > schemaVersion) throw new Error(`it was written by a later version of Crosspoint (schema ${version})`);
    // With NORMAL a crash of the machine may lose the last moments, and never damages the database.
    this.#sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;');
    this.#sqlite.exec(`PRAGMA journal_size_limit = ${keptLogBytes}`);
    // Also finds out now whether the file may be written.
    this.#sqlite.exec(`PRAGMA user_version = ${schemaVersion}`);
  }

  /** Without the thread the log would grow for ever; SQLite then does its work within writes, at this many pages. */
  #goOnAlone(): void {
    if (this.#sqlite.isOpen) this.#sqlite.exec('PRAGMA wal_autocheckpoint = 1000');
  }
}

/** Makes the file, if there is none, for nobody else to read: it holds what people write to each other. */
function ownFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}
