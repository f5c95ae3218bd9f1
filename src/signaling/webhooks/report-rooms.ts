import type { Room } from '../rooms/room.ts';
import type { RoomRegistry } from '../rooms/room-registry.ts';
import type { Session } from '../rooms/session.ts';
import type { WebhookEvent, WebhookSender } from './webhook-sender.ts';

/** Tells other servers what happens in rooms. Hidden sessions are told too: the receivers are the operator's. */
export function reportRooms(rooms: RoomRegistry, sender: WebhookSender): void {
  rooms.on('roomOpened', (room) => reportRoom(room, sender));
}

function reportRoom(room: Room, sender: WebhookSender): void {
  const send = (event: Omit<WebhookEvent, 'room'>) => sender.send({ ...event, room: room.name });
  send({ event: 'roomStarted' });
  room.on('participantJoined', (session) => send({ event: 'participantJoined', participant: personOf(session) }));
  room.on('participantLeft', (session) => send({ event: 'participantLeft', participant: personOf(session) }));
  room.on('trackPublished', (session, { id, kind, source }) =>
    send({ event: 'trackPublished', participant: personOf(session), track: { id, kind, source } }),
  );
  room.on('closed', () => send({ event: 'roomEnded' }));
}

function personOf({ participant: { id, identity, name } }: Session): NonNullable<WebhookEvent['participant']> {
  return { id, ...(identity !== undefined && { identity }), name };
}
