import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Database } from '../storage/database.ts';

/** Whose mailbox: identities are known within a room, so a token for one room reaches nobody in another. */
export interface Address {
  room: string;
  identity: string;
}

type Receipt = 'delivered' | 'read' | 'expired';

/** Something kept for an identity until it is acknowledged: a message, or word of what became of one it sent. */
export interface MailboxEntry {
  /** Rises with every entry of the store; the order of delivery. */
  ordinal: number;
  /** The sender's id of the message (of the reported one, for a receipt). */
  id: string;
  /** Identity of the sender, or of who a receipt is about. */
  from: string;
  /** The sender's participant id when it was sent; empty for a receipt. */
  participant: string;
  /** Sent to this user, not to the whole room. */
  direct: boolean;
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
  participant: string;
  direct: boolean;
  id: string;
  type: string;
  body: string;
  at: number;
  expiresAt: number;
}

/** `full`: the mailbox has no room. `senderFull`: the sender has too many receipts that it never acknowledged. */
type StoreOutcome = 'stored' | 'duplicate' | 'full' | 'senderFull';

interface Portion {
  after: number;
  count: number;
  now: number;
}

interface Acknowledgement {
  address: Address;
  ordinals: readonly number[];
  receipt: 'delivered' | 'read';
  now: number;
  receiptExpiresAt: number;
}

export interface MailboxLimits {
  /** Messages one mailbox holds, and receipts. */
  maxEntries: number;
  /** Bytes of bodies one mailbox holds. */
  maxBytes: number;
  /** How long a sender's id is remembered, so that a repeated message is stored once. */
  rememberIdsMs: number;
  /** Entries and bytes of all mailboxes together, so that invented users cannot fill the disk. */
  maxTotalEntries: number;
  maxTotalBytes: number;
}

/** The row of `usage` that counts all mailboxes; no room has an empty name. */
const everything: Address = { room: '', identity: '' };

/** Usage is counted by triggers, so that it is part of every transaction and costs the same in a full mailbox. */
const schema = `
  CREATE TABLE IF NOT EXISTS entry (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL, identity TEXT NOT NULL, sender TEXT NOT NULL, participant TEXT NOT NULL,
    direct INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
    bytes INTEGER NOT NULL, at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_by_mailbox ON entry (room, identity, ordinal);
  CREATE INDEX IF NOT EXISTS entry_by_expiry ON entry (expires_at);
  CREATE TABLE IF NOT EXISTS accepted (
    room TEXT NOT NULL, sender TEXT NOT NULL, identity TEXT NOT NULL, id TEXT NOT NULL,
    ordinal INTEGER NOT NULL, status TEXT NOT NULL, forget_at INTEGER NOT NULL,
    PRIMARY KEY (room, sender, identity, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS accepted_by_age ON accepted (forget_at);
  CREATE INDEX IF NOT EXISTS accepted_by_ordinal ON accepted (ordinal);
  CREATE TABLE IF NOT EXISTS usage (
    room TEXT NOT NULL, identity TEXT NOT NULL,
    messages INTEGER NOT NULL, receipts INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (room, identity)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO usage VALUES ('', '', 0, 0, 0);
  CREATE TRIGGER IF NOT EXISTS entry_added AFTER INSERT ON entry BEGIN
    INSERT INTO usage VALUES (new.room, new.identity, new.kind = 'message', new.kind = 'receipt', new.bytes)
    ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, receipts = receipts + excluded.receipts,
      bytes = bytes + excluded.bytes;
    UPDATE usage SET messages = messages + (new.kind = 'message'), receipts = receipts + (new.kind = 'receipt'),
      bytes = bytes + new.bytes WHERE room = '' AND identity = '';
  END;
  CREATE TRIGGER IF NOT EXISTS entry_removed AFTER DELETE ON entry BEGIN
    UPDATE usage SET messages = messages - (old.kind = 'message'), receipts = receipts - (old.kind = 'receipt'),
      bytes = bytes - old.bytes
    WHERE (room = old.room AND identity = old.identity) OR (room = '' AND identity = '');
    DELETE FROM usage WHERE room = old.room AND identity = old.identity AND messages = 0 AND receipts = 0;
  END;
`;

/** Keeps acknowledged messages for identities that are away, in the server's database. */
export class MailboxStore {
  readonly #database: Database;
  readonly #limits: MailboxLimits;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor({ database, limits }: { database: Database; limits: MailboxLimits }) {
    this.#database = database;
    this.#limits = limits;
    database.exec(schema);
    this.#beginOrdinals();
    this.#statements = prepareStatements(database);
  }

  /**
   * Stores messages, all in one transaction; once this returns `stored` for one it will be delivered or reported as
   * expired. `duplicate` when this sender's id was accepted before for this user; all but `stored` change nothing.
   */
  store(messages: readonly NewMessage[]): StoreOutcome[] {
    return this.#database.transaction(() => messages.map((message) => this.#storeOne(message)));
  }

  /** What waits for an identity and has not expired, oldest first, at most `count` entries after the given ordinal. */
  pending({ room, identity }: Address, { after, count, now }: Portion): MailboxEntry[] {
    return this.#statements.pending.all(room, identity, after, now, count).map(toEntry);
  }

  /**
   * Removes acknowledged entries and leaves receipts for the senders. A message that was acknowledged as delivered may
   * be acknowledged as read later; everything else is told once.
   * @returns identities of the senders who have a new receipt.
   */
  acknowledge(request: Acknowledgement): Set<string> {
    return this.#database.transaction(() => {
      const senders = new Set<string>();
      for (const ordinal of request.ordinals) {
        const sender = this.#acknowledgeOne(ordinal, request);
        if (sender !== undefined) senders.add(sender);
      }
      return senders;
    });
  }

  /** Removes what has expired by `now`, leaves receipts for the senders, and forgets old ids. */
  expire(now: number, receiptExpiresAt: number): { address: Address; entry: MailboxEntry }[] {
    if (integer(this.#statements.nextExpiry.get()?.due, Number.POSITIVE_INFINITY) > now) return [];
    return this.#database.transaction(() => {
      this.#statements.forgetAccepted.run(now);
      return this.#statements.takeExpired.all(now).map((row) => {
        const address = { room: text(row.room), identity: text(row.identity) };
        const entry = toEntry(row);
        if (entry.kind === 'message') {
          this.#statements.settle.run('expired', entry.ordinal);
          const about = { ...address, sender: entry.from, id: entry.id };
          this.#leaveReceipt(about, { receipt: 'expired', now, receiptExpiresAt });
        }
        return { address, entry };
      });
    });
  }

  /** Entries in all mailboxes, for metrics. */
  get size(): number {
    const { messages, receipts } = this.#usage(everything);
    return messages + receipts;
  }

  /**
   * Ordinals begin with the time the database was made, so that a client that acknowledges something of a database
   * that is gone (memory, after a restart) cannot meet another message.
   */
  #beginOrdinals(): void {
    const sql = `INSERT INTO sqlite_sequence (name, seq)
      SELECT 'entry', ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'entry')`;
    this.#database.prepare(sql).run(BigInt(Date.now()) * 1000n);
  }

  #storeOne(message: NewMessage): StoreOutcome {
    const { to, from, id, at, expiresAt } = message;
    if (this.#statements.findAccepted.get(to.room, from, to.identity, id)) return 'duplicate';
    const { maxEntries, rememberIdsMs } = this.#limits;
    if (this.#usage({ room: to.room, identity: from }).receipts >= maxEntries) return 'senderFull';
    const bytes = Buffer.byteLength(message.body);
    if (!this.#hasSpace(to, bytes)) return 'full';
    const ordinal = this.#insert(to, { ...message, kind: 'message', bytes });
    const forgetAt = Math.max(at + rememberIdsMs, expiresAt);
    this.#statements.accept.run(to.room, from, to.identity, id, ordinal, 'stored', forgetAt);
    return 'stored';
  }

  #acknowledgeOne(ordinal: number, { address, receipt, now, receiptExpiresAt }: Acknowledgement): string | undefined {
    const { take, settle, markRead } = this.#statements;
    const row = take.get(ordinal, address.room, address.identity);
    if (row?.kind === 'receipt') return undefined;
    if (row) settle.run(receipt, ordinal);
    const told = row ?? (receipt === 'read' ? markRead.get(ordinal, address.room, address.identity) : undefined);
    if (!told) return undefined;
    const sender = text(told.sender);
    this.#leaveReceipt({ ...address, sender, id: text(told.id) }, { receipt, now, receiptExpiresAt });
    return sender;
  }

  /** A receipt is small; a sender who lets too many gather may send no more until it acknowledges them. */
  #leaveReceipt(
    about: Address & { sender: string; id: string },
    { receipt, now, receiptExpiresAt }: { receipt: Receipt; now: number; receiptExpiresAt: number },
  ): void {
    const { room, identity, sender, id } = about;
    const notice = {
      id,
      from: identity,
      participant: '',
      direct: true,
      type: receipt,
      body: 'null',
      at: now,
      bytes: 0,
    };
    this.#insert({ room, identity: sender }, { ...notice, kind: 'receipt', expiresAt: receiptExpiresAt });
  }

  #insert(to: Address, entry: Omit<MailboxEntry, 'ordinal'> & { expiresAt: number; bytes: number }): number {
    const { from, participant, direct, id, kind, type, body, bytes, at, expiresAt } = entry;
    const texts = [to.room, to.identity, from, participant] as const;
    const { lastInsertRowid } = this.#statements.insert.run(
      ...texts,
      direct ? 1 : 0,
      ...([id, kind, type, body] as const),
      ...([bytes, at, expiresAt] as const),
    );
    return Number(lastInsertRowid);
  }

  #hasSpace(address: Address, bytes: number): boolean {
    const { maxEntries, maxBytes, maxTotalEntries, maxTotalBytes } = this.#limits;
    const own = this.#usage(address);
    const total = this.#usage(everything);
    if (total.messages + total.receipts >= maxTotalEntries || total.bytes + bytes > maxTotalBytes) return false;
    return own.messages < maxEntries && own.bytes + bytes <= maxBytes;
  }

  #usage({ room, identity }: Address): { messages: number; receipts: number; bytes: number } {
    const row = this.#statements.usage.get(room, identity);
    return { messages: integer(row?.messages), receipts: integer(row?.receipts), bytes: integer(row?.bytes) };
  }
}

function prepareStatements(database: Database) {
  const columns = 'ordinal, room, identity, sender, participant, direct, id, kind, type, body, at';
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    findAccepted: prepare('SELECT 1 FROM accepted WHERE room = ? AND sender = ? AND identity = ? AND id = ?'),
    accept: prepare('INSERT INTO accepted VALUES (?, ?, ?, ?, ?, ?, ?)'),
    forgetAccepted: prepare('DELETE FROM accepted WHERE forget_at <= ?'),
    settle: prepare('UPDATE accepted SET status = ? WHERE ordinal = ?'),
    markRead: prepare(
      `UPDATE accepted SET status = 'read' WHERE ordinal = ? AND room = ? AND identity = ? AND status = 'delivered'
       RETURNING sender, id`,
    ),
    usage: prepare('SELECT messages, receipts, bytes FROM usage WHERE room = ? AND identity = ?'),
    insert: prepare(
      `INSERT INTO entry (room, identity, sender, participant, direct, id, kind, type, body, bytes, at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    pending: prepare(
      `SELECT ${columns} FROM entry WHERE room = ? AND identity = ? AND ordinal > ? AND expires_at > ? ORDER BY ordinal LIMIT ?`,
    ),
    take: prepare(`DELETE FROM entry WHERE ordinal = ? AND room = ? AND identity = ? RETURNING ${columns}`),
    nextExpiry: prepare(
      `SELECT min(due) AS due FROM
       (SELECT min(expires_at) AS due FROM entry UNION ALL SELECT min(forget_at) AS due FROM accepted)`,
    ),
    takeExpired: prepare(`DELETE FROM entry WHERE expires_at <= ? RETURNING ${columns}`),
  };
}

function toEntry(row: Record<string, SQLOutputValue>): MailboxEntry {
  return {
    ordinal: integer(row.ordinal),
    id: text(row.id),
    from: text(row.sender),
    participant: text(row.participant),
    direct: row.direct === 1,
    kind: row.kind === 'receipt' ? 'receipt' : 'message',
    type: text(row.type),
    body: text(row.body),
    at: integer(row.at),
  };
}

function text(value: SQLOutputValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function integer(value: SQLOutputValue | undefined, otherwise = 0): number {
  return typeof value === 'number' ? value : otherwise;
}
