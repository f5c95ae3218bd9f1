import { eventHead, rawEventHead } from '../wire/event-text.ts';
import type { Room } from './room.ts';

/** Tells the members of a room what happens to the others: facts become events of the protocol here and nowhere else. */
export function announceRoom(room: Room): void {
  const { feed } = room;
  room.on('participantJoined', (session) => {
    feed.publish(rawEventHead('participantJoined', `{"participant":${session.participant.json}}`), session);
  });
  room.on('participantUpdated', (session, changes) => {
    feed.publish(eventHead('participantUpdated', { participant: session.participant.id, ...changes }), session);
  });
  room.on('participantLeft', (session, reason) => {
    feed.publish(eventHead('participantLeft', { participant: session.participant.id, reason }));
  });
}
