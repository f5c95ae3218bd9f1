import type { RoomState } from '../../protocol/models.ts';
import type { Room } from './room.ts';
import type { Session } from './session.ts';

/** More are faster put together than written one by one. */
const mostPieces = 20;

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

/** The same as JSON text, which everybody who joins gets. */
export function roomStateJson(room: Room): string {
  room.stateJson ??= JSON.stringify(roomState(room));
  return room.stateJson;
}

/**
 * Adds the pieces of a JSON text that lists the others in the room, from what every participant keeps: in a big room that
 * is most of a join reply.
 */
export function addOthers(pieces: string[], room: Room, session: Session): void {
  const others: string[] = [];
  for (const other of room.sessions()) if (other !== session && !other.hidden) others.push(other.participant.json);
  if (others.length > mostPieces) return void pieces.push(others.join(','));
  for (const json of others) pieces.push(json, ',');
  if (others.length > 0) pieces.pop();
}
