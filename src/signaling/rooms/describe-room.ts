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
  const isBig = room.size > mostPieces;
  const others: string[] = isBig ? [] : pieces;
  let separator = '';
  for (const other of room.sessions()) {
    if (other === session || other.hidden) continue;
    if (!isBig) others.push(separator);
    others.push(other.participant.json);
    separator = ',';
  }
  if (isBig) pieces.push(others.join(','));
}
