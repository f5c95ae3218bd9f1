import type { PublishOffer, PublishResult, Sfu, SfuSession } from '../../sfu/types.ts';
import type { Room } from '../rooms/room.ts';
import type { Session } from '../rooms/session.ts';
import { RoomMedia } from './room-media.ts';

/** Connects rooms with the SFU. A room's media side begins with the first media request in it and ends with the room. */
export class MediaBridge {
  readonly #sfu: Sfu;
  readonly #rooms = new Map<Room, RoomMedia>();

  constructor(sfu: Sfu) {
    this.#sfu = sfu;
  }

  /** The media session of a participant, created now if this is the first need of it. */
  sessionOf(session: Session): SfuSession {
    return this.#roomOf(session.room).sessionOf(session);
  }

  /** Lets a participant who has just joined receive what is there. */
  welcome(session: Session): void {
    this.#rooms.get(session.room)?.welcome(session);
  }

  publish(session: Session, offer: PublishOffer): Promise<PublishResult> {
    return this.#roomOf(session.room).asOwner(session, (media) => media.handlePublishOffer(offer));
  }

  unpublish(session: Session, trackId: string): Promise<void> {
    return this.#roomOf(session.room).asOwner(session, (media) => media.unpublish(trackId));
  }

  /** Ends a participant's track for them, of which they learn by an event. */
  unpublishForOwner(session: Session, trackId: string): Promise<void> {
    return this.sessionOf(session).unpublish(trackId);
  }

  /** Mutes a participant's track for them, of which they learn by an event. */
  muteForOwner(session: Session, trackId: string): Promise<void> {
    return this.#roomOf(session.room).muteForOwner(session, trackId);
  }

  #roomOf(room: Room): RoomMedia {
    return this.#rooms.get(room) ?? this.#open(room);
  }

  #open(room: Room): RoomMedia {
    const media = new RoomMedia(room, this.#sfu.createRoom(room.name));
    this.#rooms.set(room, media);
    room.on('participantLeft', (session) => media.dismiss(session));
    room.on('waitingEnded', (session, outcome) => {
      if (outcome === 'admitted') media.welcome(session);
    });
    room.once('closed', () => {
      this.#rooms.delete(room);
      media.close();
    });
    return media;
  }
}
