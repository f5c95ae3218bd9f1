import type { Metadata, Participant as ParticipantModel, Track, WaitingParticipant } from '../../protocol/models.ts';

export type ConnectionState = ParticipantModel['state'];
export type LeaveReason = 'left' | 'timeout' | 'removed';

/** What changed of a participant; only what changed is present. */
export interface ParticipantChanges {
  name?: string;
  metadata?: Metadata;
  state?: ConnectionState;
}

interface ParticipantOptions {
  id: string;
  identity?: string | undefined;
  name: string;
  metadata: Metadata;
}

const noTracks: ReadonlyMap<string, Track> = new Map();

/** A person in a room as the others see it. Its JSON is kept, because everyone who joins gets it. */
export class Participant {
  readonly id: string;
  /** From the access token. */
  readonly identity: string | undefined;
  readonly joinedAt: number = Date.now();
  /** Made with the first track; most participants of a peer-to-peer call have none here. */
  #tracks: Map<string, Track> | undefined;
  #name: string;
  #metadata: Metadata;
  #state: ConnectionState = 'connected';
  #json: string | undefined;

  constructor({ id, identity, name, metadata }: ParticipantOptions) {
    this.id = id;
    this.identity = identity;
    this.#name = name;
    this.#metadata = metadata;
  }

  get name(): string {
    return this.#name;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get tracks(): ReadonlyMap<string, Track> {
    return this.#tracks ?? noTracks;
  }

  /** The participant as JSON text. */
  get json(): string {
    this.#json ??= this.#isPlain() ? this.#plainJson() : JSON.stringify(this.model());
    return this.#json;
  }

  /** As most are when they join. */
  #isPlain(): boolean {
    return this.identity === undefined && this.tracks.size === 0 && isEmpty(this.#metadata);
  }

  /** Put together without a model; id and state need no escaping. */
  #plainJson(): string {
    const { id, joinedAt } = this;
    return `{"id":"${id}","name":${JSON.stringify(this.#name)},"metadata":{},"state":"${this.#state}","joinedAt":${joinedAt},"tracks":[]}`;
  }

  /** What a moderator sees of somebody who waits. */
  waitingModel(): WaitingParticipant {
    return { id: this.id, ...this.#identity(), name: this.#name, metadata: this.#metadata };
  }

  change({ name, metadata, state }: ParticipantChanges): void {
    this.#name = name ?? this.#name;
    this.#metadata = metadata ?? this.#metadata;
    this.#state = state ?? this.#state;
    this.#json = undefined;
  }

  putTrack(track: Track): void {
    this.#tracks ??= new Map();
    this.#tracks.set(track.id, track);
    this.#json = undefined;
  }

  removeTrack(trackId: string): boolean {
    this.#json = undefined;
    return this.#tracks?.delete(trackId) ?? false;
  }

  model(): ParticipantModel {
    return {
      id: this.id,
      ...this.#identity(),
      name: this.#name,
      metadata: this.#metadata,
      state: this.#state,
      joinedAt: this.joinedAt,
      tracks: [...this.tracks.values()],
    };
  }

  #identity(): { identity?: string } {
    return this.identity === undefined ? {} : { identity: this.identity };
  }
}

function isEmpty(metadata: Metadata): boolean {
  for (const _key in metadata) return false;
  return true;
}
