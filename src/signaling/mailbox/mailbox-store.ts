import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Database } from '../storage/database.ts';
import { mailboxSchema } from './mailbox-schema.ts';

/** Whose mailbox: identities are known within a room, so a token for one room reaches nobody in another. */
export interface Address {
  room: string;
  identity: string;
}

const receipts = ['delivered', 'read', 'expired'] as const;
export type Receipt = (typeof receipts)[number];

/** In place of an identity: the sender of what came through the HTTP API. It has no mailbox; it asks, or gets webhooks. */
export const serverIdentity = '';

/** What has become of a message with one user. */
export interface Settled {
  /** Identity of the sender. */
  sender: string;
  id: string;
  user: string;
  status: Receipt;
}

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

/** What nobody has acknowledged in time. */
interface Expired {
  address: Address;
  entry: MailboxEntry;
}

export interface MailboxLimits {
  /** Messages one mailbox holds, and receipts. */
  maxEntries: number;
  /** Bytes of bodies one mailbox holds. */
  maxBytes: number;
  /** How long a sender's id is remembered, so that a repeated message is stored once. */
  rememberIdsMs: number;
  /** Ids that are remembered at a time; beyond it those of the oldest messages that have arrived are forgotten. */
  maxRememberedIds: number;
  /** Entries that are removed, and ids that are forgotten, in one go. */
  maxSweptAtOnce: number;
  /** Entries and bytes of all mailboxes together, so that invented users cannot fill the disk. */
  maxTotalEntries: number;
  maxTotalBytes: number;
}

/** The row of `usage` that counts all mailboxes; no room has an empty name. */
const everything: Address = { room: '', identity: '' };

/** Keeps acknowledged messages for identities that are away, in the server's database. */
export class MailboxStore {
  readonly #database: Database;
  readonly #limits: MailboxLimits;
  readonly #statements: ReturnType<typeof prepareStatements>;
  /** Ids that are remembered; counting them takes too long to be done often. */
  #remembered: number;

  constructor({ database, limits }: { database: Database; limits: MailboxLimits }) {
    this.#database = database;
    this.#limits = limits;
    database.exec(mailboxSchema);
    this.#beginOrdinals();
    this.#statements = prepareStatements(database);
    this.#remembered = integer(database.prepare('SELECT count(*) AS count FROM accepted').get()?.count);
  }

  /**
   * Stores messages, all in one transaction; once this returns `stored` for one it will be delivered or reported as
   * expired. `duplicate` when this sender's id was accepted before for this user; all but `stored` change nothing.
   */
  store(messages: readonly NewMessage[]): StoreOutcome[] {
    const outcomes = this.#database.transaction(() => messages.map((message) => this.#storeOne(message)));
    this.#remembered += outcomes.filter((outcome) => outcome === 'stored').length;
    return outcomes;
  }

  /** What has become, with each user, of a message that came through the HTTP API; empty when its id is not remembered. */
  statesOf(room: string, id: string): { user: string; status: 'stored' | Receipt }[] {
    return this.#statements.statesOf.all(room, id).map(({ identity, status }) => ({
      user: text(identity),
      status: receipts.find((receipt) => receipt === status) ?? 'stored',
    }));
  }

  /** What waits for an identity and has not expired, oldest first, at most `count` entries after the given ordinal. */
  pending({ room, identity }: Address, { after, count, now }: Portion): MailboxEntry[] {
    return this.#statements.pending.all(room, identity, after, now, count).map(toEntry);
  }

  /**
   * Removes acknowledged entries and leaves receipts for the senders. A message that was acknowledged as delivered may
   * be acknowledged as read later; everything else is told once.
   */
  acknowledge(request: Acknowledgement): Settled[] {
    return this.#database.transaction(() =>
      request.ordinals.flatMap((ordinal) => this.#acknowledgeOne(ordinal, request) ?? []),
    );
  }

  /**
   * Removes what has expired by `now`, leaves receipts for the senders, and forgets old ids; of each only as many as do not
   * hold up the event loop. `more`: there may be others.
   */
  expire(now: number, receiptExpiresAt: number): { expired: Expired[]; more: boolean } {
    const { maxRememberedIds, maxSweptAtOnce } = this.#limits;
    const excess = Math.min(this.#remembered - maxRememberedIds, maxSweptAtOnce);
    if (excess > 0) this.#remembered -= Number(this.#statements.forgetSettled.run(excess).changes);
    if (integer(this.#statements.nextExpiry.get()?.due, Number.POSITIVE_INFINITY) > now) {
      return { expired: [], more: excess === maxSweptAtOnce };
    }
    const { takeExpired, forgetAccepted } = this.#statements;
    const { expired, forgotten } = this.#database.transaction(() => ({
      expired: takeExpired.all(now, maxSweptAtOnce).map((row) => this.#expireOne(row, now, receiptExpiresAt)),
      forgotten: Number(forgetAccepted.run(now, maxSweptAtOnce).changes),
    }));
    this.#remembered -= forgotten;
    return { expired, more: Math.max(expired.length, forgotten, excess) === maxSweptAtOnce };
  }

  /** What all mailboxes hold together, for metrics. */
  totals(): { messages: number; receipts: number; bytes: number; rememberedIds: number } {
    return { ...this.#usage(everything), rememberedIds: this.#remembered };
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
    if (from !== serverIdentity && this.#usage({ room: to.room, identity: from }).receipts >= maxEntries)
      return 'senderFull';
    const bytes = Buffer.byteLength(message.body);
    if (!this.#hasSpace(to, bytes)) return 'full';
    const ordinal = this.#insert(to, { ...message, kind: 'message', bytes });
    const forgetAt = Math.max(at + rememberIdsMs, expiresAt);
    this.#statements.accept.run(to.room, from, to.identity, id, ordinal, 'stored', forgetAt);
    return 'stored';
  }

  #acknowledgeOne(ordinal: number, { address, receipt, now, receiptExpiresAt }: Acknowledgement): Settled | undefined {
    const { take, markRead } = this.#statements;
    const row = take.get(ordinal, address.room, address.identity);
    if (row?.kind === 'receipt') return undefined;
    if (row) this.#settle(receipt, ordinal, now);
    const told = row ?? (receipt === 'read' ? markRead.get(ordinal, address.room, address.identity) : undefined);
    if (!told) return undefined;
    const about = { ...address, sender: text(told.sender), id: text(told.id) };
    this.#leaveReceipt(about, { receipt, now, receiptExpiresAt });
    return { sender: about.sender, id: about.id, user: address.identity, status: receipt };
  }

  #expireOne(row: Record<string, SQLOutputValue>, now: number, receiptExpiresAt: number): Expired {
    const address = { room: text(row.room), identity: text(row.identity) };
    const entry = toEntry(row);
    if (entry.kind === 'message') {
      this.#settle('expired', entry.ordinal, now);
      const about = { ...address, sender: entry.from, id: entry.id };
      this.#leaveReceipt(about, { receipt: 'expired', now, receiptExpiresAt });
    }
    return { address, entry };
  }

  /** From here on the id is remembered as long as if it had come now, so that its sender can still ask. */
  #settle(receipt: Receipt, ordinal: number, now: number): void {
    this.#statements.settle.run(receipt, now + this.#limits.rememberIdsMs, ordinal);
  }

  /** A receipt is small; a sender who lets too many gather may send no more until it acknowledges them. */
  #leaveReceipt(
    about: Address & { sender: string; id: string },
    { receipt, now, receiptExpiresAt }: { receipt: Receipt; now: number; receiptExpiresAt: number },
  ): void {
    const { room, identity, sender, id } = about;
    if (sender === serverIdentity) return;
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
    forgetAccepted: prepare(
      `DELETE FROM accepted WHERE ordinal IN
       (SELECT ordinal FROM accepted WHERE forget_at <= ? AND status <> 'stored' ORDER BY forget_at LIMIT ?)`,
    ),
    forgetSettled: prepare(
      `DELETE FROM accepted WHERE ordinal IN
       (SELECT ordinal FROM accepted WHERE status <> 'stored' ORDER BY ordinal LIMIT ?)`,
    ),
    settle: prepare('UPDATE accepted SET status = ?, forget_at = max(forget_at, ?) WHERE ordinal = ?'),
    statesOf: prepare(
      `SELECT identity, status FROM accepted WHERE sender = '' AND room = ? AND id = ? ORDER BY identity`,
    ),
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
    takeExpired: prepare(
      `DELETE FROM entry WHERE ordinal IN
       (SELECT ordinal FROM entry WHERE expires_at <= ? ORDER BY expires_at, ordinal LIMIT ?) RETURNING ${columns}`,
    ),
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
