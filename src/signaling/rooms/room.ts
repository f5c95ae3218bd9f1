import { EventEmitter } from 'node:events';
import type { RoomState, Track } from '../../protocol/models.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { SlotMap } from '../../shared/slot-map.ts';
import type { HistoryLimits } from '../wire/history-limits.ts';
import { RoomFeed } from '../wire/room-feed.ts';
import type { TurnFlusher } from '../wire/turn-flusher.ts';
import type { LeaveReason, ParticipantChanges } from './participant.ts';
import { RoomDoor } from './room-door.ts';
import type { Session } from './session.ts';

type WaitingOutcome = 'admitted' | 'removed' | 'left';
export type RoomChanges = Partial<Pick<RoomState, 'locked' | 'waitingRoom' | 'recording'>>;

/** What has happened in a room. Listeners are wired in one place each; they never change the room while being told. */
export interface RoomEvents {
  participantJoined: [Session];
  participantUpdated: [Session, ParticipantChanges];
  participantLeft: [Session, LeaveReason];
  participantWaiting: [Session];
  /** Somebody waits no longer; who was admitted has joined before. */
  waitingEnded: [Session, WaitingOutcome];
  roomUpdated: [RoomChanges];
  trackPublished: [Session, Track];
  closed: [];
}

export interface RoomSettings {
  maxParticipants: number;
  locked?: boolean;
  waitingRoom?: boolean;
  /** How long the room lives while nobody is in it. */
  emptyMs?: number;
}

interface RoomOptions extends RoomSettings {
  name: string;
  flusher: TurnFlusher;
  history: HistoryLimits;
  maxBans: number;
}

/**
 * The people in a room. All changes are synchronous and happen here, one after the other, so that everyone sees them in
 * one order.
 */
export class Room extends EventEmitter<RoomEvents> {
  readonly name: string;
  readonly createdAt: number = Date.now();
  /** The room as JSON text as long as nothing about it changes; kept by `roomStateJson`. */
  stateJson: string | undefined;
  readonly maxParticipants: number;
  readonly emptyMs: number;
  /** Events for everyone in the room. */
  readonly feed: RoomFeed;
  readonly door: RoomDoor;
  /** All sessions are being ended; nobody has to hear of the others' leaving. */
  ending = false;
  readonly #sessions = new SlotMap<Session>();
  #hidden = 0;
  #recorders = 0;
  #closed = false;

  constructor({
    name,
    maxParticipants,
    flusher,
    history,
    maxBans,
    locked = false,
    waitingRoom = false,
    emptyMs = 0,
  }: RoomOptions) {
    super();
    this.name = name;
    this.maxParticipants = maxParticipants;
    this.emptyMs = emptyMs;
    this.feed = new RoomFeed(flusher, history);
    this.door = new RoomDoor({ locked, waitingRoom, maxBans });
  }

  /** Everyone in the room, whether the others see them or not. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Those whom the others see. */
  get visibleSize(): number {
    return this.#sessions.size - this.#hidden;
  }

  get empty(): boolean {
    return this.#sessions.size === 0 && this.door.waiting.size === 0;
  }

  get recording(): boolean {
    return this.#recorders > 0;
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

  /** Also of those who wait to be admitted. */
  requireAnyone(participantId: string): Session {
    return this.door.waiting.get(participantId) ?? this.require(participantId);
  }

  requireSpace(): void {
    if (this.visibleSize >= this.maxParticipants) throw new CrosspointError('roomFull');
  }

  /** As many may wait as may be in the room. */
  requireWaitingSpace(): void {
    if (this.door.waiting.size >= this.maxParticipants) throw new CrosspointError('roomFull');
  }

  enter(session: Session): void {
    if (!session.hidden) this.requireSpace();
    this.#sessions.set(session.participant.id, session);
    if (session.hidden) this.#hidden += 1;
    this.feed.add(session);
    this.emit('participantJoined', session);
    if (session.admission.grants.recorder) this.#countRecorders(1);
  }

  /** Keeps somebody before the door. */
  hold(session: Session): void {
    session.waiting = true;
    this.door.waiting.set(session.participant.id, session);
    this.emit('participantWaiting', session);
  }

  /** Throws `participantNotFound` when nobody of that id waits, and `roomFull`. */
  admit(participantId: string): void {
    const session = this.door.waiting.get(participantId);
    if (!session) throw new CrosspointError('participantNotFound');
    if (!session.hidden) this.requireSpace();
    this.door.waiting.delete(participantId);
    session.waiting = false;
    this.enter(session);
    this.emit('waitingEnded', session, 'admitted');
  }

  update(session: Session, changes: ParticipantChanges): void {
    session.participant.change(changes);
    if (!session.waiting) this.emit('participantUpdated', session, changes);
  }

  /** Changes the room itself; what is so already is not told. */
  change({ locked = this.door.locked, waitingRoom = this.door.waitingRoom }: RoomChanges): void {
    const changes: RoomChanges = {
      ...(locked !== this.door.locked && { locked }),
      ...(waitingRoom !== this.door.waitingRoom && { waitingRoom }),
    };
    Object.assign(this.door, changes);
    this.stateJson = undefined;
    if (Object.keys(changes).length > 0) this.emit('roomUpdated', changes);
  }

  /** Idempotent. */
  leave(session: Session, reason: LeaveReason): void {
    const { id } = session.participant;
    if (this.door.waiting.delete(id)) this.emit('waitingEnded', session, reason === 'removed' ? 'removed' : 'left');
    if (!this.#sessions.delete(id)) return;
    if (session.hidden) this.#hidden -= 1;
    this.feed.remove(session);
    this.emit('participantLeft', session, reason);
    if (session.admission.grants.recorder) this.#countRecorders(-1);
  }

  /** Idempotent; the room must be empty. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('closed');
    this.removeAllListeners();
  }

  #countRecorders(change: number): void {
    const before = this.recording;
    this.#recorders += change;
    this.stateJson = undefined;
    if (this.recording !== before) this.emit('roomUpdated', { recording: this.recording });
  }
}
