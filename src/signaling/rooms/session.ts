import { timingSafeEqual } from 'node:crypto';
import type { EventName, EventParams } from '../../protocol/events.ts';
import type { Admission } from '../auth/admission.ts';
import { createId } from '../create-id.ts';
import type { RateGuard } from '../edge/rate-guard.ts';
import type { Peer } from '../peer.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { EventBatch } from '../wire/event-batch.ts';
import { eventHead } from '../wire/event-text.ts';
import type { HistoryLimits } from '../wire/history-limits.ts';
import type { FeedReader } from '../wire/room-feed.ts';
import type { SendArena } from '../wire/send-arena.ts';
import { SessionHistory } from '../wire/session-history.ts';
import type { SingleEvent } from '../wire/single-event.ts';
import type { Participant } from './participant.ts';
import { RequestLog } from './request-log.ts';
import type { Room } from './room.ts';

const idBytes = 12;
const tokenBytes = 24;

/** The same for all sessions of a server. */
export interface SessionLimits {
  readonly history: HistoryLimits;
  readonly messageRate: { perSecond: number; burst: number };
  /** Replies that are kept for requests that are sent again, in characters. */
  readonly keptReplyChars: number;
}

interface SessionOptions {
  participant: Participant;
  room: Room;
  autoSubscribe: boolean;
  admission: Admission;
  /** Of the client that began the session. */
  address: string;
  limits: SessionLimits;
}

/**
 * A participant's place in a room, which outlives its socket. Every event gets a number here, is kept for a while, and
 * goes to the connection that the session is on, if there is one.
 */
export class Session implements FeedReader {
  readonly id: string = createId(idBytes);
  readonly resumeToken: string = createId(tokenBytes);
  readonly participant: Participant;
  readonly room: Room;
  readonly autoSubscribe: boolean;
  readonly address: string;
  /** What the door has decided; changes when the token is refreshed. */
  admission: Admission;
  /** Not in the room yet: a moderator has to admit the session. Kept by the room. */
  waiting = false;
  feedPosition = 0;
  rosterPlace = 0;
  /** Set while no connection has the session. Kept by the session registry. */
  graceTimer: NodeJS.Timeout | undefined;
  /** Runs until the token expires. Kept by the session registry. */
  expiryTimer: NodeJS.Timeout | undefined;
  ended = false;
  /** Bounds requests and bytes, over all of its connections. Kept by the connection. */
  rate: RateGuard | undefined;
  /** Messages refused in a row because they came too fast. */
  messageRefusals = 0;
  #peer: Peer | undefined;
  #seq = 0;
  readonly #history: SessionHistory;
  #messageBucket: TokenBucket | undefined;
  readonly #limits: SessionLimits;
  #requestLog: RequestLog | undefined;

  constructor(options: SessionOptions) {
    const { participant, room, autoSubscribe, admission, address, limits } = options;
    this.admission = admission;
    this.address = address;
    this.participant = participant;
    this.room = room;
    this.autoSubscribe = autoSubscribe;
    this.#history = new SessionHistory(room.feed, limits.history);
    this.#limits = limits;
  }

  /** Whether the others do not learn of it. */
  get hidden(): boolean {
    return this.admission.grants.hidden;
  }

  /** Bounds the participant's messages, whichever connection they come over; most participants never send any. */
  get messageRate(): TokenBucket {
    this.#messageBucket ??= new TokenBucket(this.#limits.messageRate, performance.now());
    return this.#messageBucket;
  }

  /** Recognises requests that come again; a session that asks for nothing has none. */
  get requestLog(): RequestLog {
    this.#requestLog ??= new RequestLog(this.#limits.keptReplyChars);
    return this.#requestLog;
  }

  /** The connection that gets the events. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Number of the newest event. */
  get seq(): number {
    this.takeRoomEvents();
    return this.#seq;
  }

  hasToken(token: string): boolean {
    const given = Buffer.from(token);
    const own = Buffer.from(this.resumeToken);
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** Sends an event to this session alone. */
  send<E extends EventName>(method: E, params: EventParams<E>): void {
    this.sendHead(eventHead(method, params));
  }

  /** The same with the event's text up to `seq`. */
  sendHead(head: string): void {
    this.takeRoomEvents();
    this.#seq += 1;
    this.#history.addOwnEvent(head);
    this.#peer?.outbox.pushEvent({ head, seq: this.#seq });
  }

  /** Takes what the room has published so far, so that what is sent next comes after it. */
  takeRoomEvents(): void {
    if (!this.waiting) this.room.feed.pull(this);
  }

  accept(batch: EventBatch, from: number, to: number): void {
    const firstSeq = this.#seq + 1;
    this.#seq += to - from;
    this.#history.addRoomEvents(this.feedPosition - (to - from), this.feedPosition);
    this.#peer?.outbox.pushEvents(batch, from, to, firstSeq);
  }

  flush(arena: SendArena): void {
    this.#peer?.outbox.flush(arena);
  }

  /** The events after `seq`, or undefined when they are no longer kept. */
  eventsAfter(seq: number): SingleEvent[] | undefined {
    const lastSeq = this.seq;
    return this.#history.eventsAfter(seq, lastSeq);
  }

  /** Goes on over this connection: the events after `seq` are sent again, then what comes. */
  attach(peer: Peer, seq: number): void {
    for (const event of this.eventsAfter(seq) ?? []) peer.outbox.pushEvent(event);
    this.#peer = peer;
  }

  /** Keeps events for a later resume instead of sending them. */
  detach(): void {
    this.takeRoomEvents();
    this.#peer = undefined;
  }

  /** Lets go of what is kept. */
  close(): void {
    this.ended = true;
    this.#peer = undefined;
    this.#history.clear();
    this.#requestLog = undefined;
  }
}
