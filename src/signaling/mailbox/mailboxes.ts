import { EventEmitter } from 'node:events';
import { mailboxLimits } from '../../shared/limits.ts';
import type { Logger } from '../../shared/logger.ts';
import type { HubCounters } from '../../shared/tally.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomRegistry } from '../rooms/room-registry.ts';
import type { Session } from '../rooms/session.ts';
import type { Database } from '../storage/database.ts';
import { rawEventHead } from '../wire/event-text.ts';
import { Delivery } from './delivery.ts';
import { type Address, type MailboxEntry, MailboxStore, type Settled, serverIdentity } from './mailbox-store.ts';
import { RecentIds } from './recent-ids.ts';
import { RoomHistory } from './room-history.ts';

export interface MessageOptions {
  maxMailboxMessages: number;
  maxMailboxBytes: number;
  defaultTtlSeconds: number;
  maxTtlSeconds: number;
  /** Messages to a room that late joiners get. */
  historyMessages: number;
  historyBytes: number;
}

interface MailboxesOptions extends MessageOptions {
  database: Database;
  rooms: RoomRegistry;
  counters: HubCounters;
  logger: Logger;
}

interface OutgoingMessage {
  id: string;
  type: string;
  body: string;
  ttlSeconds: number;
  /** For one user, not for the whole room. */
  direct: boolean;
}

interface Sender {
  /** Name of the room. */
  room: string;
  identity: string;
  /** The participant's id. */
  participant: string;
}

interface MailboxEvents {
  /** What came through the HTTP API arrived, was read or has expired. */
  serverMessageSettled: [room: string, settled: Settled];
}

/** What became of an acknowledged message, by the users it is for. */
export interface StoredFor {
  stored: string[];
  full: string[];
  senderFull: boolean;
}

/**
 * Keeps what has to arrive: acknowledged messages and receipts until they are acknowledged, ids that must not come
 * twice, and the last messages to each room. The one owner of the store and of the timer that looks for what expired.
 */
export class Mailboxes extends EventEmitter<MailboxEvents> {
  readonly options: MessageOptions;
  readonly #rooms: RoomRegistry;
  readonly #counters: HubCounters;
  readonly #logger: Logger;
  readonly #store: MailboxStore;
  readonly #timer: NodeJS.Timeout;
  #nextSweep: NodeJS.Immediate | undefined;
  readonly #deliveries = new WeakMap<Session, Delivery>();
  readonly #recentIds = new WeakMap<Session | Room, RecentIds>();
  readonly #histories = new WeakMap<Room, RoomHistory>();

  constructor({ database, rooms, counters, logger, ...options }: MailboxesOptions) {
    super();
    const { maxMailboxMessages: maxEntries, maxMailboxBytes: maxBytes } = options;
    const { sweepIntervalMs, entriesPerRead: _, ...fixed } = mailboxLimits;
    const limits = { maxEntries, maxBytes, ...fixed };
    this.options = options;
    this.#rooms = rooms;
    this.#counters = counters;
    this.#logger = logger;
    this.#store = new MailboxStore({ database, limits });
    this.#timer = setInterval(() => this.#sweep(), sweepIntervalMs).unref();
    rooms.on('roomOpened', (room) => {
      room.on('waitingEnded', (session, outcome) => {
        if (outcome === 'admitted') this.welcome(session);
      });
    });
  }

  /** Gives somebody who has come into the room what was said before, and what waits for them. */
  welcome(session: Session): void {
    for (const head of this.#histories.get(session.room)?.heads() ?? []) session.sendHead(head);
    this.#deliver(session);
  }

  /** Remembers an event to the whole room; its text is only made where there is a history. */
  remember(room: Room, head: () => string): void {
    const { historyMessages: maxMessages, historyBytes: maxBytes } = this.options;
    if (maxMessages === 0) return;
    const history = this.#histories.get(room) ?? new RoomHistory({ maxMessages, maxBytes });
    this.#histories.set(room, history);
    history.add(head());
  }

  /** Ids of messages that were sent without being kept, by a session, or to a room through the HTTP API. */
  recentIdsOf(sender: Session | Room): RecentIds {
    const ids = this.#recentIds.get(sender) ?? new RecentIds();
    this.#recentIds.set(sender, ids);
    return ids;
  }

  /** Keeps a message for users, and delivers it to those who are here. */
  store({ room, identity: from, participant }: Sender, users: string[], message: OutgoingMessage): StoredFor {
    const at = Date.now();
    const { ttlSeconds, ...rest } = message;
    const common = { ...rest, from, participant, at, expiresAt: at + ttlSeconds * 1_000 };
    const outcomes = this.#store.store(users.map((identity) => ({ ...common, to: { room, identity } })));
    for (const outcome of outcomes) this.#counters.keptMessages.add(outcome);
    const usersWith = (wanted: string) => users.filter((_, index) => outcomes[index] === wanted);
    const stored = usersWith('stored');
    for (const identity of stored) this.#deliverAll({ room, identity });
    return { stored, full: usersWith('full'), senderFull: outcomes.includes('senderFull') };
  }

  /** What has become of a message that came through the HTTP API, for each user; empty when it is not known. */
  statesOf(room: string, id: string): ReturnType<MailboxStore['statesOf']> {
    return this.#store.statesOf(room, id);
  }

  /** Sessions of users in a room. */
  countSessions(room: string, users: readonly string[]): number {
    const wanted = new Set(users);
    let count = 0;
    for (const { participant } of this.#rooms.find(room)?.sessions() ?? []) {
      if (wanted.has(participant.identity ?? '')) count += 1;
    }
    return count;
  }

  totals(): ReturnType<MailboxStore['totals']> {
    return this.#store.totals();
  }

  acknowledge(session: Session, identity: string, { ordinals, status }: Acknowledged): void {
    const room = session.room.name;
    const now = Date.now();
    const receiptExpiresAt = this.#receiptExpiry(now);
    const address = { room, identity };
    const settled = this.#store.acknowledge({ address, ordinals, receipt: status, now, receiptExpiresAt });
    for (const device of this.#devices(address)) {
      for (const ordinal of ordinals) this.#deliveryOf(device).end(ordinal);
      this.#deliver(device);
    }
    for (const one of settled) this.#report(room, one);
    for (const sender of new Set(settled.map(({ sender }) => sender))) this.#deliverAll({ room, identity: sender });
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    clearImmediate(this.#nextSweep);
  }

  #receiptExpiry(now: number): number {
    return now + this.options.maxTtlSeconds * 1_000;
  }

  #sweep(): void {
    try {
      const now = Date.now();
      const { expired, more } = this.#store.expire(now, this.#receiptExpiry(now));
      for (const { address, entry } of expired) {
        for (const device of this.#devices(address)) {
          this.#deliveryOf(device).end(entry.ordinal);
          this.#deliver(device);
        }
        if (entry.kind === 'message') this.#handleExpired(address, entry);
      }
      if (more) this.#nextSweep = setImmediate(() => this.#sweep());
    } catch (error) {
      this.#logger.error({ err: error }, 'expired messages could not be removed');
    }
  }

  #handleExpired({ room, identity: user }: Address, { from: sender, id }: MailboxEntry): void {
    this.#report(room, { sender, id, user, status: 'expired' });
    this.#deliverAll({ room, identity: sender });
  }

  #report(room: string, settled: Settled): void {
    this.#counters.keptMessages.add(settled.status);
    if (settled.sender === serverIdentity) this.emit('serverMessageSettled', room, settled);
  }

  #deliverAll(address: Address): void {
    for (const session of this.#devices(address)) this.#deliver(session);
  }

  /** Sends what waits, in order, as far as the window allows. */
  #deliver(session: Session): void {
    const { identity } = session.participant;
    if (identity === undefined || session.ended) return;
    const address = { room: session.room.name, identity };
    const delivery = this.#deliveryOf(session);
    while (delivery.space > 0) {
      const wanted = Math.min(delivery.space, mailboxLimits.entriesPerRead);
      const entries = this.#store.pending(address, { after: delivery.cursor, count: wanted, now: Date.now() });
      for (const entry of entries) {
        if (delivery.space <= 0) return;
        delivery.begin(entry);
        session.sendHead(entry.kind === 'receipt' ? receiptHead(entry) : messageHead(entry, identity));
      }
      if (entries.length < wanted) return;
    }
  }

  *#devices({ room, identity }: Address): Generator<Session> {
    for (const session of this.#rooms.find(room)?.sessions() ?? []) {
      if (session.participant.identity === identity) yield session;
    }
  }

  #deliveryOf(session: Session): Delivery {
    const delivery = this.#deliveries.get(session) ?? new Delivery();
    this.#deliveries.set(session, delivery);
    return delivery;
  }
}

interface Acknowledged {
  ordinals: readonly number[];
  status: 'delivered' | 'read';
}

function messageHead({ ordinal, id, from, participant, direct, type, at, body }: MailboxEntry, user: string): string {
  const sender = from === serverIdentity ? {} : { fromUser: from };
  const fields = { from: participant, ...sender, ...(direct && { toUser: user }), id, ordinal, type, at };
  return rawEventHead('message', `${JSON.stringify(fields).slice(0, -1)},"body":${body}}`);
}

function receiptHead({ ordinal, id, from, type, at }: MailboxEntry): string {
  return rawEventHead('receipt', JSON.stringify({ ordinal, id, by: from, status: type, at }));
}
