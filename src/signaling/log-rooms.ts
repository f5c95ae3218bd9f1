import type { Logger } from '../shared/logger.ts';
import type { RoomRegistry } from './rooms/room-registry.ts';

/** Writes what happens in rooms to the log. */
export function logRooms(rooms: RoomRegistry, logger: Logger): void {
  rooms.on('roomOpened', (room) => {
    const log = logger.child({ room: room.name });
    log.info('The room was opened.');
    room.on('participantJoined', ({ participant }) => log.debug({ participant: participant.id }, 'Joined.'));
    room.on('participantUpdated', ({ participant }, { state }) => {
      if (state) log.debug({ participant: participant.id, state }, 'The connection changed.');
    });
    room.on('participantLeft', ({ participant }, reason) =>
      log.debug({ participant: participant.id, reason }, 'Left.'),
    );
    room.on('closed', () => log.info('The room was closed.'));
  });
}
