import { CrosspointError } from '../../shared/errors.ts';
import type { Doorkeeper } from '../auth/doorkeeper.ts';
import type { MediaBridge } from '../media/media-bridge.ts';
import type { Room, RoomChanges } from '../rooms/room.ts';
import type { Session } from '../rooms/session.ts';
import type { SessionRegistry } from '../rooms/session-registry.ts';

interface ModerationOptions {
  doorkeeper: Doorkeeper;
  sessions: SessionRegistry;
  media: MediaBridge | undefined;
}

/** What moderators, and servers through the HTTP API, do to rooms and to the people in them. */
export class Moderation {
  readonly #options: ModerationOptions;

  constructor(options: ModerationOptions) {
    this.#options = options;
  }

  /** Mutes somebody's track, which its publisher may undo; throws `participantNotFound` or `trackNotFound`. */
  async mute(room: Room, participantId: string, trackId: string): Promise<void> {
    const session = room.require(participantId);
    const { media } = this.#options;
    if (!media || !session.participant.tracks.has(trackId)) throw new CrosspointError('trackNotFound');
    await media.muteForOwner(session, trackId);
  }

  /** Ends a session; its person may come back. */
  remove(session: Session): void {
    this.#options.sessions.expel(session, 'removed');
  }

  /** Removes somebody and keeps them out; the other sessions of the same person in the room end with it. */
  ban(room: Room, session: Session): void {
    if (!room.door.ban(session)) {
      const message = 'Somebody without identity on the server’s own machine cannot be told from others; remove them.';
      throw new CrosspointError('forbidden', { message });
    }
    for (const other of [...room.sessions(), ...room.door.waiting.values()]) {
      if (other === session || isSamePerson(other, session)) this.remove(other);
    }
  }

  /** Throws `participantNotFound` or `roomFull`. */
  admit(room: Room, participantId: string): void {
    room.admit(participantId);
  }

  /** Who still waits when the waiting room is turned off is admitted, as far as there is space. */
  update(room: Room, changes: RoomChanges): void {
    room.change(changes);
    if (room.door.waitingRoom) return;
    for (const id of [...room.door.waiting.keys()]) {
      if (room.visibleSize >= room.maxParticipants) return;
      room.admit(id);
    }
  }

  /**
   * Ends all sessions of an identity, and lets it in again only with a token issued from now on. Throws when that cannot be
   * kept over a restart, and has been done all the same.
   */
  revoke(identity: string): void {
    try {
      this.#options.doorkeeper.revoke(identity);
    } finally {
      this.#options.sessions.expelIdentity(identity, 'revoked');
    }
  }

  end(room: Room): void {
    room.ending = true;
    for (const session of [...room.sessions(), ...room.door.waiting.values()]) {
      this.#options.sessions.expel(session, 'roomClosed');
    }
  }
}

function isSamePerson(one: Session, other: Session): boolean {
  const { identity } = one.participant;
  return identity !== undefined && identity === other.participant.identity;
}
