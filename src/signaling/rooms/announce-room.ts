import type { EventName, EventParams } from '../../protocol/events.ts';
import { eventEnd, eventHead, eventStart, rawEventHead } from '../wire/event-text.ts';
import { addOthers, roomStateJson } from './describe-room.ts';
import type { Room } from './room.ts';

const joinedStart = `${eventStart('participantJoined')}{"participant":`;
const leftStart = `${eventStart('participantLeft')}{"participant":"`;
const paramsEnd = `}${eventEnd}`;

/** Tells the members of a room what happens to the others: facts become events of the protocol here and nowhere else. */
export function announceRoom(room: Room): void {
  const { feed } = room;
  room.on('participantJoined', (session) => {
    if (session.hidden) return;
    feed.publish([joinedStart, session.participant.json, paramsEnd], session);
  });
  room.on('participantUpdated', (session, changes) => {
    if (session.hidden) return;
    feed.publish([eventHead('participantUpdated', { participant: session.participant.id, ...changes })], session);
  });
  room.on('participantLeft', (session, reason) => {
    if (session.hidden || room.ending) return;
    // Neither of the two needs escaping.
    feed.publish([leftStart, session.participant.id, '","reason":"', reason, '"', paramsEnd]);
  });
  room.on('roomUpdated', (changes) => feed.publish([eventHead('roomUpdated', changes)]));
  announceWaiting(room);
}

function announceWaiting(room: Room): void {
  const tellModerators = <E extends EventName>(event: E, params: EventParams<E>) => {
    for (const session of room.sessions()) if (session.admission.grants.moderate) session.send(event, params);
  };
  room.on('participantWaiting', ({ participant }) =>
    tellModerators('participantWaiting', { participant: participant.waitingModel() }),
  );
  room.on('waitingEnded', (session, outcome) => {
    if (room.ending) return;
    tellModerators('waitingEnded', { participant: session.participant.id, outcome });
    if (outcome !== 'admitted') return;
    const pieces = ['{"room":', roomStateJson(room), ',"participants":['];
    addOthers(pieces, room, session);
    session.sendHead(rawEventHead('admitted', `${pieces.join('')}]}`));
  });
}
