import type { Logger } from '../shared/logger.ts';
import type { RoomRegistry } from './rooms/room-registry.ts';

/** Writes what happens in rooms to the log. */
export function logRooms(rooms: RoomRegistry, logger: Logger): void {
  rooms.on('roomOpened', (room) => {
    const log = logger.child({ room: room.name });
    log.info('room opened');
    room.on('participantJoined', ({ participant }) => log.debug({ participant: participant.id }, 'participant joined'));
    room.on('participantUpdated', ({ participant }, { state }) => {
      if (state) log.debug({ participant: participant.id, state }, 'participant’s connection changed');
    });
    room.on('participantLeft', ({ participant }, reason) =>
      log.debug({ participant: participant.id, reason }, 'participant left'),
    );
    room.on('closed', () => log.info('room closed'));
  });
}
