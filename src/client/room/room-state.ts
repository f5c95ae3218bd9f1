import type { EventParams } from '../../protocol/events.ts';
import type { Metadata, Participant, Track } from '../../protocol/models.ts';
import type { RequestResult } from '../../protocol/requests.ts';
import type { ClientEvents, LeaveReason } from '../client-events.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { SelfUpdate } from '../options.ts';
import { RemoteParticipant } from './remote-participant.ts';
import { RemoteTrack } from './remote-track.ts';

/** Oneself in the room. */
export interface Self {
  readonly id: string;
  readonly name: string;
  readonly metadata: Metadata;
}

/** The room as this client knows it. Every change goes through here and leaves as an event. */
export class RoomState {
  readonly participants = new Map<string, RemoteParticipant>();
  readonly #emitter: EventEmitter<ClientEvents>;
  readonly #tracks = new Map<string, RemoteTrack>();
  self: Self | undefined;

  constructor(emitter: EventEmitter<ClientEvents>) {
    this.#emitter = emitter;
  }

  findTrack(trackId: string): RemoteTrack | undefined {
    return this.#tracks.get(trackId);
  }

  get tracks(): Iterable<RemoteTrack> {
    return this.#tracks.values();
  }

  /** Takes the state of a first join, silently: the application reads it when `join` resolves. */
  fill({ participant, participants }: RequestResult<'join'>): void {
    this.clear();
    this.self = selfOf(participant);
    for (const other of participants) this.#insert(other);
  }

  /** Turns the state known so far into that of a rejoin, and tells the differences. */
  reconcile({ participant, participants }: RequestResult<'join'>): void {
    this.self = selfOf(participant);
    const present = new Map(participants.map((other) => [other.id, other]));
    for (const known of [...this.participants.values()]) {
      const now = present.get(known.id);
      if (now) this.#reconcileParticipant(known, now);
      else this.removeParticipant(known.id, 'left');
    }
    for (const other of participants) if (!this.participants.has(other.id)) this.addParticipant(other);
  }

  clear(): void {
    this.self = undefined;
    this.participants.clear();
    this.#tracks.clear();
  }

  updateSelf(update: SelfUpdate): void {
    if (this.self) this.self = { ...this.self, ...update };
  }

  addParticipant(participant: Participant): void {
    if (this.participants.has(participant.id) || participant.id === this.self?.id) return;
    const added = this.#insert(participant);
    this.#emitter.emit('participantJoined', added);
    for (const track of added.tracks.values()) this.#emitter.emit('trackPublished', track);
  }

  updateParticipant({ participant: id, name, metadata, state }: EventParams<'participantUpdated'>): void {
    const participant = this.participants.get(id);
    if (!participant) {
      this.#updateSelfFromRoom(id, { name, metadata });
      return;
    }
    participant.name = name ?? participant.name;
    participant.metadata = metadata ?? participant.metadata;
    participant.state = state ?? participant.state;
    this.#emitter.emit('participantUpdated', participant);
  }

  removeParticipant(id: string, reason: LeaveReason): void {
    const participant = this.participants.get(id);
    if (!participant) return;
    for (const trackId of [...participant.tracks.keys()]) this.removeTrack(trackId);
    this.participants.delete(id);
    this.#emitter.emit('participantLeft', participant, reason);
  }

  addTrack(participantId: string, track: Track): void {
    const participant = this.participants.get(participantId);
    if (!participant || this.#tracks.has(track.id)) return;
    const added = new RemoteTrack(participant, track);
    participant.tracks.set(track.id, added);
    this.#tracks.set(track.id, added);
    this.#emitter.emit('trackPublished', added);
  }

  updateTrack(trackId: string, muted: boolean): void {
    const track = this.#tracks.get(trackId);
    if (!track || track.muted === muted) return;
    track.muted = muted;
    this.#emitter.emit('trackUpdated', track);
  }

  removeTrack(trackId: string): void {
    const track = this.#tracks.get(trackId);
    if (!track) return;
    this.detachMedia(track);
    this.#tracks.delete(trackId);
    track.participant.tracks.delete(trackId);
    this.#emitter.emit('trackUnpublished', track);
  }

  updateSubscription({ track: id, state, error, layer }: EventParams<'subscription'>): void {
    const track = this.#tracks.get(id);
    if (!track) return;
    track.subscription = { state, ...(error !== undefined && { error }), ...(layer && { layer }) };
    this.#emitter.emit('subscriptionChanged', track);
  }

  /** Media of a track arrives in this MediaStreamTrack. */
  attachMedia(track: RemoteTrack, mediaTrack: MediaStreamTrack): void {
    if (track.mediaTrack === mediaTrack) return;
    this.detachMedia(track);
    track.mediaTrack = mediaTrack;
    this.#emitter.emit('trackSubscribed', track, mediaTrack);
  }

  detachMedia(track: RemoteTrack): void {
    if (!track.mediaTrack) return;
    track.mediaTrack = undefined;
    this.#emitter.emit('trackUnsubscribed', track);
  }

  #insert(participant: Participant): RemoteParticipant {
    const added = new RemoteParticipant(participant);
    this.participants.set(added.id, added);
    for (const track of added.tracks.values()) this.#tracks.set(track.id, track);
    return added;
  }

  #reconcileParticipant(known: RemoteParticipant, now: Participant): void {
    const present = new Set(now.tracks.map((track) => track.id));
    for (const trackId of [...known.tracks.keys()]) if (!present.has(trackId)) this.removeTrack(trackId);
    for (const track of now.tracks) {
      if (known.tracks.has(track.id)) this.updateTrack(track.id, track.muted);
      else this.addTrack(known.id, track);
    }
    const { name, metadata, state } = now;
    const changed = name !== known.name || state !== known.state || !sameEntries(metadata, known.metadata);
    if (changed) this.updateParticipant({ participant: known.id, name, metadata, state });
  }

  /** The server may change one's own name or metadata, for instance by a moderator. */
  #updateSelfFromRoom(id: string, update: { name?: string | undefined; metadata?: Metadata | undefined }): void {
    if (id !== this.self?.id) return;
    const { name = this.self.name, metadata = this.self.metadata } = update;
    this.self = { ...this.self, name, metadata };
  }
}

function selfOf({ id, name, metadata }: Participant): Self {
  return { id, name, metadata };
}

function sameEntries(a: Metadata, b: Metadata): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
