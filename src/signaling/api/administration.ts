import type { Participant, RoomState, WaitingParticipant } from '../../protocol/models.ts';
import type { HubServices } from '../hub-services.ts';
import { roomState } from '../rooms/describe-room.ts';
import type { Room, RoomChanges } from '../rooms/room.ts';
import type { NewRoom } from './api-schemas.ts';
import { ServerMessages } from './server-messages.ts';

interface RoomSummary extends RoomState {
  participants: number;
  waiting: number;
  maxParticipants: number;
}

interface RoomPeople {
  participants: (Participant & { hidden?: boolean })[];
  waiting: WaitingParticipant[];
}

/** Rooms as other servers see and change them. */
export class Administration {
  readonly messages: ServerMessages;
  readonly #hub: HubServices;

  constructor(hub: HubServices) {
    this.messages = new ServerMessages(hub);
    this.#hub = hub;
  }

  /** A part of the rooms whose names `covers` lets through, in the order in which they were opened. */
  rooms(
    { offset, limit }: { offset: number; limit: number },
    covers: (room: string) => boolean,
  ): { rooms: RoomSummary[]; total: number } {
    const all = [...this.#hub.rooms.all()].filter(({ name }) => covers(name));
    return { rooms: all.slice(offset, offset + limit).map(summaryOf), total: all.length };
  }

  room(name: string): RoomSummary {
    return summaryOf(this.#hub.rooms.require(name));
  }

  create({ name, maxParticipants, locked, waitingRoom, emptyTimeoutSeconds }: NewRoom): RoomSummary {
    const { limits, rooms } = this.#hub;
    const room = rooms.createRoom(name, {
      maxParticipants: Math.min(maxParticipants ?? limits.maxParticipantsPerRoom, limits.maxParticipantsPerRoom),
      locked,
      waitingRoom,
      emptyMs: emptyTimeoutSeconds === undefined ? limits.createdRoomEmptyMs : emptyTimeoutSeconds * 1000,
    });
    return summaryOf(room);
  }

  update(name: string, changes: RoomChanges): RoomSummary {
    const room = this.#hub.rooms.require(name);
    this.#hub.moderation.update(room, changes);
    return summaryOf(room);
  }

  end(name: string): void {
    const room = this.#hub.rooms.require(name);
    this.#hub.moderation.end(room);
    this.#hub.rooms.closeIfEmpty(room);
  }

  people(name: string): RoomPeople {
    const room = this.#hub.rooms.require(name);
    const participants = [...room.sessions()].map(({ participant, hidden }) => ({
      ...participant.model(),
      ...(hidden && { hidden }),
    }));
    return { participants, waiting: room.door.waitingParticipants() };
  }

  remove(name: string, participant: string, { ban }: { ban: boolean }): void {
    const room = this.#hub.rooms.require(name);
    const session = room.requireAnyone(participant);
    if (ban) this.#hub.moderation.ban(room, session);
    else this.#hub.moderation.remove(session);
  }

  admit(name: string, participant: string): void {
    this.#hub.moderation.admit(this.#hub.rooms.require(name), participant);
  }

  async mute(name: string, participant: string, track: string): Promise<void> {
    await this.#hub.moderation.mute(this.#hub.rooms.require(name), participant, track);
  }

  revoke(identity: string): void {
    this.#hub.moderation.revoke(identity);
  }
}

function summaryOf(room: Room): RoomSummary {
  const { size, maxParticipants, door } = room;
  return { ...roomState(room), participants: size, waiting: door.waiting.size, maxParticipants };
}
