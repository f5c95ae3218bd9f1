import { EventEmitter } from 'node:events';
import { CrosspointError } from '../../shared/errors.ts';
import type { TurnFlusher } from '../wire/turn-flusher.ts';
import { announceRoom } from './announce-room.ts';
import { Room } from './room.ts';

interface RoomRegistryOptions {
  maxRooms: number;
  maxParticipantsPerRoom: number;
  flusher: TurnFlusher;
}

export interface RoomRegistryEvents {
  roomOpened: [Room];
}

/** The open rooms. A room begins with its first join and ends with its last leave. */
export class RoomRegistry extends EventEmitter<RoomRegistryEvents> {
  readonly #options: RoomRegistryOptions;
  readonly #rooms = new Map<string, Room>();

  constructor(options: RoomRegistryOptions) {
    super();
    this.#options = options;
  }

  get size(): number {
    return this.#rooms.size;
  }

  find(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** The room of that name, which is opened when there is none; throws `serverFull`. */
  openRoom(name: string): Room {
    return this.#rooms.get(name) ?? this.#createRoom(name);
  }

  closeIfEmpty(room: Room): void {
    if (room.size > 0 || this.#rooms.get(room.name) !== room) return;
    this.#rooms.delete(room.name);
    room.close();
  }

  #createRoom(name: string): Room {
    const { maxRooms, maxParticipantsPerRoom, flusher } = this.#options;
    if (this.#rooms.size >= maxRooms) throw new CrosspointError('serverFull');
    const room = new Room({ name, maxParticipants: maxParticipantsPerRoom, flusher });
    this.#rooms.set(name, room);
    announceRoom(room);
    this.emit('roomOpened', room);
    return room;
  }
}
