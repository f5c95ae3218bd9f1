import { EventEmitter } from 'node:events';
import { CrosspointError } from '../../shared/errors.ts';
import { RoomFeed } from '../wire/room-feed.ts';
import type { TurnFlusher } from '../wire/turn-flusher.ts';
import type { LeaveReason, ParticipantChanges } from './participant.ts';
import type { Session } from './session.ts';

/** What has happened in a room. Listeners are wired in one place each; they never change the room while being told. */
export interface RoomEvents {
  participantJoined: [Session];
  participantUpdated: [Session, ParticipantChanges];
  participantLeft: [Session, LeaveReason];
  closed: [];
}

interface RoomOptions {
  name: string;
  maxParticipants: number;
  flusher: TurnFlusher;
}

/**
 * The people in a room. All changes are synchronous and happen here, one after the other, so that everyone sees them in
 * one order.
 */
export class Room extends EventEmitter<RoomEvents> {
  readonly name: string;
  readonly createdAt: number = Date.now();
  readonly maxParticipants: number;
  /** Events for everyone in the room. */
  readonly feed: RoomFeed;
  readonly #sessions = new Map<string, Session>();
  #closed = false;

  constructor({ name, maxParticipants, flusher }: RoomOptions) {
    super();
    this.name = name;
    this.maxParticipants = maxParticipants;
    this.feed = new RoomFeed(flusher);
  }

  get size(): number {
    return this.#sessions.size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  find(participantId: string): Session | undefined {
    return this.#sessions.get(participantId);
  }

  require(participantId: string): Session {
    const session = this.#sessions.get(participantId);
    if (!session) throw new CrosspointError('participantNotFound');
    return session;
  }

  requireSpace(): void {
    if (this.#sessions.size >= this.maxParticipants) throw new CrosspointError('roomFull');
  }

  enter(session: Session): void {
    this.requireSpace();
    this.#sessions.set(session.participant.id, session);
    this.feed.add(session);
    this.emit('participantJoined', session);
  }

  update(session: Session, changes: ParticipantChanges): void {
    session.participant.change(changes);
    this.emit('participantUpdated', session, changes);
  }

  /** Idempotent. */
  leave(session: Session, reason: LeaveReason): void {
    if (!this.#sessions.delete(session.participant.id)) return;
    this.feed.remove(session);
    this.emit('participantLeft', session, reason);
  }

  /** Idempotent; the room must be empty. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('closed');
    this.removeAllListeners();
  }
}
