import type { RoomState } from '../../protocol/models.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';

/** The room as everybody in it sees it; what is not the case is left out. */
export function roomState({ name, createdAt, door, recording }: Room): RoomState {
  return {
    name,
    createdAt,
    ...(door.locked && { locked: true }),
    ...(door.waitingRoom && { waitingRoom: true }),
    ...(recording && { recording: true }),
  };
}

/**
 * The others in the room as JSON text, put together from what every participant keeps: in a big room that is most of a
 * join reply.
 */
export function othersJson(room: Room, session: Session): string {
  const others: string[] = [];
  for (const other of room.sessions()) if (other !== session && !other.hidden) others.push(other.participant.json);
  return `[${others.join(',')}]`;
}
