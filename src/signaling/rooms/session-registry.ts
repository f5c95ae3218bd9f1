import type { Grants } from '../../protocol/grants.ts';
import { CrosspointError } from '../../shared/errors.ts';
import type { SignalingLimits } from '../../shared/limits.ts';
import type { HubCounters } from '../../shared/tally.ts';
import { createId } from '../create-id.ts';
import { type LeaveReason, Participant } from './participant.ts';
import type { RoomRegistry } from './room-registry.ts';
import { Session } from './session.ts';

/** Participants' ids only have to be unique in their room and hard to guess for outsiders. */
const participantIdBytes = 9;

interface SessionRegistryOptions {
  rooms: RoomRegistry;
  counters: HubCounters;
  limits: SignalingLimits;
}

interface SessionRequest {
  room: string;
  name: string;
  metadata: Record<string, string>;
  autoSubscribe: boolean;
  grants: Grants;
}

interface ResumeRequest {
  room: string;
  session: string;
  token: string;
  seq: number;
}

/** Begins, suspends, resumes and ends sessions; the one owner of their grace timers. */
export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  readonly #sessions = new Map<string, Session>();
  #waiting = 0;

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions that no connection has at present. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Creates a session in a room, which everyone in it learns; throws `roomFull` or `serverFull`. */
  begin({ room: roomName, name, metadata, autoSubscribe, grants }: SessionRequest): Session {
    const { rooms, limits } = this.#options;
    const room = rooms.openRoom(roomName);
    room.requireSpace();
    const participant = new Participant({ id: createId(participantIdBytes), name, metadata });
    const replay = { maxEvents: limits.replayEvents, maxBytes: limits.replayBytes };
    const messageRate = { perSecond: limits.messagesPerSecond, burst: limits.messageBurst };
    const session = new Session({ participant, room, autoSubscribe, grants, replay, messageRate });
    this.#sessions.set(session.id, session);
    room.enter(session);
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

  /** Ends a session, which its room learns. Idempotent. */
  end(session: Session, reason: LeaveReason): void {
    if (session.ended) return;
    session.takeRoomEvents();
    this.#stopWaiting(session);
    session.close();
    this.#sessions.delete(session.id);
    this.#options.counters.sessionsEnded.add(reason);
    session.room.leave(session, reason);
    this.#options.rooms.closeIfEmpty(session.room);
  }

  /** Ends every session. Idempotent. */
  close(): void {
    for (const session of [...this.#sessions.values()]) this.end(session, 'removed');
  }

  #stopWaiting(session: Session): void {
    if (!session.graceTimer) return;
    clearTimeout(session.graceTimer);
    session.graceTimer = undefined;
    this.#waiting -= 1;
    if (!session.ended) session.room.update(session, { state: 'connected' });
  }
}
