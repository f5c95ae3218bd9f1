import type { Participant, RoomState, WaitingParticipant } from '../../protocol/models.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { messageHead, requireSize } from '../handlers/message.ts';
import type { HubServices } from '../hub-services.ts';
import { roomState } from '../rooms/describe-room.ts';
import type { Room, RoomChanges } from '../rooms/room.ts';
import type { NewMessage, NewRoom } from './api-schemas.ts';

/** Who messages come from that a server sends; participants' ids are longer. */
const serverSender = 'server';

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
  readonly #hub: HubServices;

  constructor(hub: HubServices) {
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

  /** Sends a message to everybody in a room, or to one participant. */
  message(name: string, { to, type, body }: NewMessage): { recipients: number } {
    if (body === undefined) throw new CrosspointError('invalidParams', { message: 'The message has no body.' });
    const room = this.#hub.rooms.require(name);
    const json = JSON.stringify(body);
    requireSize(json, this.#hub.limits.maxMessageBytes);
    const head = messageHead({ from: serverSender, to, type, json });
    if (to === undefined) room.feed.publish(head);
    else room.require(to).sendHead(head);
    return { recipients: to === undefined ? room.visibleSize : 1 };
  }

  revoke(identity: string): void {
    this.#hub.moderation.revoke(identity);
  }
}

function summaryOf(room: Room): RoomSummary {
  const { size, maxParticipants, door } = room;
  return { ...roomState(room), participants: size, waiting: door.waiting.size, maxParticipants };
}
