import type { Track } from '../../protocol/models.ts';
import type { PublishedTrack, SfuRoom, SfuSession } from '../../sfu/types.ts';
import type { Room } from '../rooms/room.ts';
import type { Session } from '../rooms/session.ts';
import { eventHead } from '../wire/event-text.ts';

/**
 * The media side of one room: turns what the SFU reports into events of the protocol, here and nowhere else, and closes
 * what it has created.
 */
export class RoomMedia {
  readonly #room: Room;
  readonly #sfuRoom: SfuRoom;
  readonly #sessions = new Map<Session, SfuSession>();
  /** Publishers whose own request is being carried out, with the number of those requests. */
  readonly #owners = new Map<Session, number>();
  /** Tracks that somebody else is muting, with the number of those requests. */
  readonly #muting = new Map<string, number>();
  #welcoming = false;

  constructor(room: Room, sfuRoom: SfuRoom) {
    this.#room = room;
    this.#sfuRoom = sfuRoom;
    sfuRoom.on('trackPublished', (track) => this.#handlePublished(track));
    sfuRoom.on('trackUpdated', (track) => this.#handleUpdated(track));
    sfuRoom.on('trackUnpublished', (track) => this.#handleUnpublished(track));
    sfuRoom.on('speakersChanged', (speakers) => room.feed.publish([eventHead('speakers', { speakers })]));
  }

  /** The media session of a participant, which begins with the first need of it. */
  sessionOf(session: Session): SfuSession {
    return this.#sessions.get(session) ?? this.#begin(session);
  }

  /** Gives a participant who wants all tracks a media session, once there is something to receive. */
  welcome(session: Session): void {
    if (session.autoSubscribe && this.#hasTracks()) this.sessionOf(session);
  }

  /** Runs a publisher's request: what it ends itself is not told to it again. */
  async asOwner<T>(session: Session, task: (media: SfuSession) => Promise<T>): Promise<T> {
    this.#owners.set(session, (this.#owners.get(session) ?? 0) + 1);
    try {
      return await task(this.sessionOf(session));
    } finally {
      const left = (this.#owners.get(session) ?? 1) - 1;
      if (left > 0) this.#owners.set(session, left);
      else this.#owners.delete(session);
    }
  }

  /** Mutes a track on behalf of somebody else, so that its publisher has to be told. */
  async muteForOwner(session: Session, trackId: string): Promise<void> {
    this.#muting.set(trackId, (this.#muting.get(trackId) ?? 0) + 1);
    try {
      await this.sessionOf(session).setMuted(trackId, true);
    } finally {
      const left = (this.#muting.get(trackId) ?? 1) - 1;
      if (left > 0) this.#muting.set(trackId, left);
      else this.#muting.delete(trackId);
    }
  }

  dismiss(session: Session): void {
    const media = this.#sessions.get(session);
    this.#sessions.delete(session);
    media?.close();
    media?.removeAllListeners();
  }

  close(): void {
    for (const session of [...this.#sessions.keys()]) this.dismiss(session);
    this.#sfuRoom.close();
    this.#sfuRoom.removeAllListeners();
  }

  #begin(session: Session): SfuSession {
    const { participant, autoSubscribe } = session;
    const media = this.#sfuRoom.createSession({ participantId: participant.id, autoSubscribe });
    this.#sessions.set(session, media);
    media.on('offer', (offer) => session.send('offer', { connection: 'subscribe', ...offer }));
    media.on('subscriptionChanged', (subscription) => session.send('subscription', subscription));
    media.on('qualityChanged', (participants) => session.send('quality', { participants }));
    media.on('connectionsLost', (connections) => session.send('renegotiate', { connections }));
    return media;
  }

  #hasTracks(): boolean {
    for (const { participant } of this.#room.sessions()) if (participant.tracks.size > 0) return true;
    return false;
  }

  #handlePublished(published: PublishedTrack): void {
    const publisher = this.#room.find(published.participantId);
    if (!publisher) return;
    const track = toTrack(published);
    publisher.participant.putTrack(track);
    this.#room.feed.publish([eventHead('trackPublished', { participant: publisher.participant.id, track })], publisher);
    this.#room.emit('trackPublished', publisher, track);
    this.#welcomeAll();
  }

  /** Once for all tracks that are published together, so that they come in one offer. */
  #welcomeAll(): void {
    if (this.#welcoming) return;
    this.#welcoming = true;
    queueMicrotask(() => {
      this.#welcoming = false;
      for (const session of this.#room.sessions()) this.welcome(session);
    });
  }

  #handleUpdated(published: PublishedTrack): void {
    const publisher = this.#room.find(published.participantId);
    if (!publisher) return;
    publisher.participant.putTrack(toTrack(published));
    const { id, participantId, muted } = published;
    const head = eventHead('trackUpdated', { participant: participantId, track: id, muted });
    this.#room.feed.publish([head], muted && this.#muting.has(id) ? undefined : publisher);
  }

  /** Tracks of someone who has left are gone with them, which everyone knows already. */
  #handleUnpublished({ id, participantId }: { id: string; participantId: string }): void {
    const publisher = this.#room.find(participantId);
    if (!publisher?.participant.removeTrack(id)) return;
    const head = eventHead('trackUnpublished', { participant: participantId, track: id });
    this.#room.feed.publish([head], this.#owners.has(publisher) ? publisher : undefined);
  }
}

function toTrack({ id, kind, source, muted, codec, simulcast, metadata }: PublishedTrack): Track {
  return { id, kind, source, muted, codec, simulcast, ...(metadata && { metadata }) };
}
