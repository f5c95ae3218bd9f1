import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';

/** Whose mailbox: identities are known within a room, so a token for one room reaches nobody in another. */
export interface Address {
  room: string;
  identity: string;
}

export type Receipt = 'delivered' | 'read' | 'expired';

/** Something kept for an identity until it is acknowledged: a message, or word of what became of one it sent. */
export interface MailboxEntry {
  /** Rises with every entry of the store; the order of delivery. */
  ordinal: number;
  /** The sender's id of the message (of the reported one, for a receipt). */
  id: string;
  from: string;
  kind: 'message' | 'receipt';
  /** The application's type, or the receipt. */
  type: string;
  /** JSON text, passed on as it came. */
  body: string;
  at: number;
}

export interface NewMessage {
  to: Address;
  from: string;
  id: string;
  type: string;
  body: string;
  at: number;
  expiresAt: number;
}

export interface MailboxLimits {
  /** Entries one mailbox holds. */
  maxEntries: number;
  /** Bytes of bodies one mailbox holds. */
  maxBytes: number;
  /** How long a sender's id is remembered, so that a repeated message is stored once. */
  rememberIdsMs: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS entry (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL, identity TEXT NOT NULL, sender TEXT NOT NULL, id TEXT NOT NULL,
    kind TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, bytes INTEGER NOT NULL,
    at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_by_mailbox ON entry (room, identity, ordinal);
  CREATE INDEX IF NOT EXISTS entry_by_expiry ON entry (expires_at);
  CREATE TABLE IF NOT EXISTS accepted (
    room TEXT NOT NULL, sender TEXT NOT NULL, identity TEXT NOT NULL, id TEXT NOT NULL, forget_at INTEGER NOT NULL,
    PRIMARY KEY (room, sender, identity, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS accepted_by_age ON accepted (forget_at);
`;

/**
 * Keeps acknowledged messages for identities that are away, in SQLite: in a file they survive `kill -9` of the process
 * (write-ahead log), without a file they live as long as the server does.
 */
export class MailboxStore {
  readonly #database: DatabaseSync;
  readonly #limits: MailboxLimits;
  readonly #statements: ReturnType<typeof prepareStatements>;

  /** @param file Path of the database; memory when undefined. */
  constructor(options: { file?: string; limits: MailboxLimits }) {
    this.#database = new DatabaseSync(options.file ?? ':memory:');
    this.#limits = options.limits;
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.#database.exec(schema);
    this.#statements = prepareStatements(this.#database);
  }

  /**
   * Stores a message; once this returns `stored` it will be delivered or reported as expired.
   * @returns `duplicate` when this sender's id was accepted before, `full` when the mailbox has no room; both change nothing.
   */
  store(message: NewMessage): 'stored' | 'duplicate' | 'full' {
    return this.#transaction(() => {
      const { to, from, id, at } = message;
      if (this.#statements.findAccepted.get(to.room, from, to.identity, id)) return 'duplicate';
      if (!this.#hasRoom(to, Buffer.byteLength(message.body))) return 'full';
      this.#statements.accept.run(to.room, from, to.identity, id, at + this.#limits.rememberIdsMs);
      this.#insert(to, { ...message, kind: 'message' });
      return 'stored';
    });
  }

  /** What waits for an identity, oldest first, at most `count` entries after the given ordinal. */
  pending(address: Address, after: number, count: number): MailboxEntry[] {
    return this.#statements.pending.all(address.room, address.identity, after, count).map(toEntry);
  }

  /**
   * Removes an acknowledged entry and leaves a receipt for its sender.
   * @returns the entry, or undefined when it was acknowledged before.
   */
  acknowledge(request: {
    address: Address;
    ordinal: number;
    receipt: Receipt;
    receiptExpiresAt: number;
  }): MailboxEntry | undefined {
    const { address, ordinal } = request;
    return this.#transaction(() => {
      const row = this.#statements.take.get(ordinal, address.room, address.identity);
      if (!row) return undefined;
      const entry = toEntry(row);
      this.#leaveReceipt({ ...request, entry });
      return entry;
    });
  }

  /** Removes what has expired by `now`, leaves receipts for the senders, and forgets old ids. */
  expire(now: number, receiptExpiresAt: number): { address: Address; entry: MailboxEntry }[] {
    return this.#transaction(() => {
      this.#statements.forgetAccepted.run(now);
      return this.#statements.takeExpired.all(now).map((row) => {
        const address = { room: text(row.room), identity: text(row.identity) };
        const entry = toEntry(row);
        this.#leaveReceipt({ address, entry, receipt: 'expired', receiptExpiresAt });
        return { address, entry };
      });
    });
  }

  /** Entries in all mailboxes, for metrics. */
  get size(): number {
    return integer(this.#statements.count.get()?.entries);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** A receipt is small and bounded by the messages that a sender got stored; it does not count against a mailbox. */
  #leaveReceipt(request: { address: Address; entry: MailboxEntry; receipt: Receipt; receiptExpiresAt: number }): void {
    const { address, entry, receipt, receiptExpiresAt } = request;
    if (entry.kind === 'receipt') return;
    const sender = { room: address.room, identity: entry.from };
    const notice = { id: entry.id, from: address.identity, type: receipt, body: 'null', at: entry.at };
    this.#insert(sender, { ...notice, kind: 'receipt', expiresAt: receiptExpiresAt });
  }

  #insert(to: Address, entry: Omit<MailboxEntry, 'ordinal'> & { expiresAt: number }): void {
    const { from, id, kind, type, body, at, expiresAt } = entry;
    const bytes = kind === 'receipt' ? 0 : Buffer.byteLength(body);
    this.#statements.insert.run(to.room, to.identity, from, id, kind, type, body, bytes, at, expiresAt);
  }

  #hasRoom(address: Address, bytes: number): boolean {
    const usage = this.#statements.usage.get(address.room, address.identity);
    const { maxEntries, maxBytes } = this.#limits;
    return integer(usage?.entries) < maxEntries && integer(usage?.bytes) + bytes <= maxBytes;
  }

  #transaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function prepareStatements(database: DatabaseSync) {
  const columns = 'ordinal, room, identity, sender, id, kind, type, body, at';
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    findAccepted: prepare('SELECT 1 FROM accepted WHERE room = ? AND sender = ? AND identity = ? AND id = ?'),
    accept: prepare('INSERT INTO accepted VALUES (?, ?, ?, ?, ?)'),
    forgetAccepted: prepare('DELETE FROM accepted WHERE forget_at <= ?'),
    usage: prepare(
      `SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes FROM entry
       WHERE room = ? AND identity = ? AND kind = 'message'`,
    ),
    insert: prepare(
      `INSERT INTO entry (room, identity, sender, id, kind, type, body, bytes, at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    pending: prepare(
      `SELECT ${columns} FROM entry WHERE room = ? AND identity = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`,
    ),
    take: prepare(`DELETE FROM entry WHERE ordinal = ? AND room = ? AND identity = ? RETURNING ${columns}`),
    takeExpired: prepare(`DELETE FROM entry WHERE expires_at <= ? RETURNING ${columns}`),
    count: prepare('SELECT count(*) AS entries FROM entry'),
  };
}

function toEntry(row: Record<string, SQLOutputValue>): MailboxEntry {
  return {
    ordinal: integer(row.ordinal),
    id: text(row.id),
    from: text(row.sender),
    kind: row.kind === 'receipt' ? 'receipt' : 'message',
    type: text(row.type),
    body: text(row.body),
    at: integer(row.at),
  };
}

function text(value: SQLOutputValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function integer(value: SQLOutputValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
