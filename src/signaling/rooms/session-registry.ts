import type { SessionErrorCode } from '../../protocol/error-codes.ts';
import { CrosspointError } from '../../shared/errors.ts';
import type { SignalingLimits } from '../../shared/limits.ts';
import { SlotMap } from '../../shared/slot-map.ts';
import type { HubCounters } from '../../shared/tally.ts';
import type { Admission } from '../auth/admission.ts';
import { createId } from '../create-id.ts';
import { historyLimits } from '../wire/history-limits.ts';
import { type LeaveReason, Participant } from './participant.ts';
import type { Room } from './room.ts';
import type { Newcomer } from './room-door.ts';
import type { RoomRegistry } from './room-registry.ts';
import { Session, type SessionLimits } from './session.ts';

/** Participants' ids only have to be unique in their room and hard to guess for outsiders. */
const participantIdBytes = 9;
/** What a timer can be set to at most; longer waits are taken in parts. */
const maxTimerMs = 2 ** 31 - 1;

interface SessionRegistryOptions {
  rooms: RoomRegistry;
  counters: HubCounters;
  limits: SignalingLimits;
}

interface SessionRequest extends Newcomer {
  room: string;
  name: string;
  metadata: Record<string, string>;
  autoSubscribe: boolean;
}

interface ResumeRequest {
  room: string;
  session: string;
  token: string;
  seq: number;
}

/** Begins, suspends, resumes and ends sessions; the one owner of their timers. */
export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  readonly #limits: SessionLimits;
  readonly #sessions = new SlotMap<Session>();
  #waiting = 0;
  #whenEmpty: PromiseWithResolvers<void> | undefined;

  constructor(options: SessionRegistryOptions) {
    const { limits } = options;
    this.#options = options;
    this.#limits = {
      history: historyLimits(limits),
      messageRate: { perSecond: limits.messagesPerSecond, burst: limits.messageBurst },
      keptReplyChars: limits.keptReplyChars,
    };
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions that no connection has at present. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when there is no session any more. */
  emptied(): Promise<void> {
    if (this.#sessions.size === 0) return Promise.resolve();
    this.#whenEmpty ??= Promise.withResolvers();
    return this.#whenEmpty.promise;
  }

  /**
   * Creates a session in a room, which everyone in it learns, or before its door. Throws `forbidden`, `banned`,
   * `roomLocked`, `roomFull`, `tooManyRooms`, `serverFull` or `serverDraining`.
   */
  begin(request: SessionRequest): Session {
    const room = this.#options.rooms.openRoom(request.room, request);
    room.door.requireEntry(request);
    const isHeld = room.door.holds(request);
    if (isHeld) room.requireWaitingSpace();
    else if (!request.admission.grants.hidden) room.requireSpace();
    const session = this.#create(room, request);
    if (isHeld) room.hold(session);
    else room.enter(session);
    return session;
  }

  #create(room: Room, { name, metadata, autoSubscribe, admission, address }: SessionRequest): Session {
    const { identity } = admission;
    const participant = new Participant({ id: createId(participantIdBytes), identity, name, metadata });
    const session = new Session({ participant, room, autoSubscribe, admission, address, limits: this.#limits });
    this.#sessions.set(session.id, session);
    this.#watchExpiry(session);
    return session;
  }

  /**
   * Finds the session that a client wants to go on with, and stops its grace time. When the events that the client has
   * not seen are no longer kept, the session ends: nobody can resume it any more. Throws `sessionNotFound`.
   */
  resume({ room, session: id, token, seq }: ResumeRequest): Session {
    const session = this.#sessions.get(id);
    if (!session?.hasToken(token) || session.room.name !== room) throw new CrosspointError('sessionNotFound');
    if (seq > session.seq) throw new CrosspointError('sessionNotFound', { message: 'That event was never sent.' });
    if (!session.eventsAfter(seq)) {
      this.end(session, 'timeout');
      throw new CrosspointError('sessionNotFound', { message: 'The missed events are no longer kept; join anew.' });
    }
    this.#stopWaiting(session);
    this.#options.counters.resumes += 1;
    return session;
  }

  /** The session's connection is gone; it may be resumed within the grace time. */
  suspend(session: Session): void {
    if (session.ended || session.graceTimer) return;
    session.detach();
    session.graceTimer = setTimeout(() => this.end(session, 'timeout'), this.#options.limits.graceMs);
    this.#waiting += 1;
    session.room.update(session, { state: 'reconnecting' });
  }

  /** What the session may do from now on, and how long. */
  renew(session: Session, admission: Admission): void {
    session.admission = admission;
    this.#watchExpiry(session);
  }

  /** Ends a session and tells its client why; one that is away finds out when it comes back. Idempotent. */
  expel(session: Session, code: SessionErrorCode): void {
    session.peer?.disconnect(code);
    this.end(session, 'removed');
  }

  /** Ends all sessions of an identity. */
  expelIdentity(identity: string, code: SessionErrorCode): void {
    for (const session of [...this.#sessions.values()]) {
      if (session.participant.identity === identity) this.expel(session, code);
    }
  }

  /** Ends a session, which its room learns. Idempotent. */
  end(session: Session, reason: LeaveReason): void {
    if (session.ended) return;
    session.takeRoomEvents();
    this.#stopWaiting(session);
    clearTimeout(session.expiryTimer);
    session.close();
    this.#sessions.delete(session.id);
    this.#options.counters.sessionsEnded.add(reason);
    session.room.leave(session, reason);
    this.#options.rooms.closeIfEmpty(session.room);
    if (this.#sessions.size > 0) return;
    this.#whenEmpty?.resolve();
    this.#whenEmpty = undefined;
  }

  /** Ends every session. Idempotent. */
  close(): void {
    for (const session of [...this.#sessions.values()]) this.end(session, 'removed');
  }

  #watchExpiry(session: Session): void {
    clearTimeout(session.expiryTimer);
    const { endsAt } = session.admission;
    if (endsAt === undefined) return;
    const leftMs = endsAt - Date.now();
    const check = () => (leftMs > maxTimerMs ? this.#watchExpiry(session) : this.expel(session, 'tokenExpired'));
    session.expiryTimer = setTimeout(check, Math.min(Math.max(leftMs, 0), maxTimerMs));
  }

  #stopWaiting(session: Session): void {
    if (!session.graceTimer) return;
    clearTimeout(session.graceTimer);
    session.graceTimer = undefined;
    this.#waiting -= 1;
    if (!session.ended) session.room.update(session, { state: 'connected' });
  }
}
