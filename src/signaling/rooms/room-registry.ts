import { EventEmitter } from 'node:events';
import { CrosspointError } from '../../shared/errors.ts';
import type { SignalingLimits } from '../../shared/limits.ts';
import { SlotMap } from '../../shared/slot-map.ts';
import { networkOf } from '../edge/network-of.ts';
import { type HistoryLimits, historyLimits } from '../wire/history-limits.ts';
import type { TurnFlusher } from '../wire/turn-flusher.ts';
import { announceRoom } from './announce-room.ts';
import { Room, type RoomSettings } from './room.ts';
import type { Newcomer } from './room-door.ts';

interface RoomRegistryOptions {
  limits: SignalingLimits;
  flusher: TurnFlusher;
}

export interface RoomRegistryEvents {
  roomOpened: [Room];
}

/**
 * The open rooms. A room begins with its first join and ends with its last leave; one that was created on purpose stays
 * for a while when it is empty.
 */
export class RoomRegistry extends EventEmitter<RoomRegistryEvents> {
  readonly #options: RoomRegistryOptions;
  readonly #history: HistoryLimits;
  readonly #rooms = new SlotMap<Room>();
  /** Number of open rooms by who opened them. */
  readonly #openedBy = new Map<string, number>();
  readonly #emptyTimers = new Map<Room, NodeJS.Timeout>();
  /** The server is about to go: no new rooms. */
  isDraining = false;

  constructor(options: RoomRegistryOptions) {
    super();
    this.#options = options;
    this.#history = historyLimits(options.limits);
  }

  get size(): number {
    return this.#rooms.size;
  }

  all(): IterableIterator<Room> {
    return this.#rooms.values();
  }

  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  require(name: string): Room {
    const room = this.#rooms.get(name);
    if (!room) throw new CrosspointError('roomNotFound');
    return room;
  }

  /** The room of that name, which is opened when there is none; throws `forbidden`, `tooManyRooms`, `serverFull` or `serverDraining`. */
  openRoom(name: string, newcomer: Newcomer): Room {
    const existing = this.#rooms.get(name);
    if (existing) return existing;
    if (!newcomer.admission.grants.createRoom) {
      throw new CrosspointError('forbidden', { message: 'The room does not exist, and the token may not create it.' });
    }
    const opener = openerOf(newcomer);
    const opened = opener === undefined ? 0 : (this.#openedBy.get(opener) ?? 0);
    if (opened >= this.#options.limits.maxRoomsPerIdentity) throw new CrosspointError('tooManyRooms');
    const room = this.#open(name, { maxParticipants: this.#options.limits.maxParticipantsPerRoom });
    if (opener !== undefined) this.#countFor(opener, room);
    return room;
  }

  /** A room that nobody is in yet; throws `roomExists`, `serverFull` or `serverDraining`. */
  createRoom(name: string, settings: RoomSettings): Room {
    if (this.#rooms.has(name)) throw new CrosspointError('roomExists');
    const room = this.#open(name, settings);
    this.closeIfEmpty(room);
    return room;
  }

  /** Closes an empty room, now or after the time that it was created with. */
  closeIfEmpty(room: Room): void {
    if (!room.empty || this.#rooms.get(room.name) !== room) return;
    if (room.emptyMs === 0 || room.ending) this.#close(room);
    else this.#closeLater(room);
  }

  /** Closes the rooms that stayed although they are empty. Idempotent. */
  close(): void {
    for (const room of [...this.#rooms.values()]) if (room.empty) this.#close(room);
  }

  #open(name: string, settings: RoomSettings): Room {
    const { limits, flusher } = this.#options;
    if (this.isDraining) throw new CrosspointError('serverDraining', { data: { retryAfterMs: limits.drainRetryMs } });
    if (this.#rooms.size >= limits.maxRooms) throw new CrosspointError('serverFull');
    const room = new Room({ ...settings, name, flusher, history: this.#history, maxBans: limits.maxBansPerRoom });
    this.#rooms.set(name, room);
    announceRoom(room);
    this.emit('roomOpened', room);
    return room;
  }

  #closeLater(room: Room): void {
    clearTimeout(this.#emptyTimers.get(room));
    const timer = setTimeout(() => {
      if (room.empty) this.#close(room);
    }, room.emptyMs);
    this.#emptyTimers.set(room, timer);
  }

  #close(room: Room): void {
    clearTimeout(this.#emptyTimers.get(room));
    this.#emptyTimers.delete(room);
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
    room.close();
  }

  #countFor(opener: string, room: Room): void {
    this.#openedBy.set(opener, (this.#openedBy.get(opener) ?? 0) + 1);
    room.once('closed', () => {
      const left = (this.#openedBy.get(opener) ?? 1) - 1;
      if (left > 0) this.#openedBy.set(opener, left);
      else this.#openedBy.delete(opener);
    });
  }
}

/** Who a room counts for; somebody without an identity on this very machine is not bounded. */
function openerOf({ admission: { identity }, address }: Newcomer): string | undefined {
  if (identity !== undefined) return `identity ${identity}`;
  const network = networkOf(address);
  return network && `address ${network}`;
}
