import type { Metadata, Participant as ParticipantModel, Track } from '../../protocol/models.ts';

export type ConnectionState = ParticipantModel['state'];
export type LeaveReason = 'left' | 'timeout' | 'removed';

/** What changed of a participant; only what changed is present. */
export interface ParticipantChanges {
  name?: string;
  metadata?: Metadata;
  state?: ConnectionState;
}

/** A person in a room as the others see it. Its JSON is kept, because everyone who joins gets it. */
export class Participant {
  readonly id: string;
  readonly joinedAt: number = Date.now();
  readonly #tracks = new Map<string, Track>();
  #name: string;
  #metadata: Metadata;
  #state: ConnectionState = 'connected';
  #json: string | undefined;

  constructor({ id, name, metadata }: { id: string; name: string; metadata: Metadata }) {
    this.id = id;
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
    return this.#tracks;
  }

  /** The participant as JSON text. */
  get json(): string {
    this.#json ??= JSON.stringify(this.#model());
    return this.#json;
  }

  change({ name, metadata, state }: ParticipantChanges): void {
    this.#name = name ?? this.#name;
    this.#metadata = metadata ?? this.#metadata;
    this.#state = state ?? this.#state;
    this.#json = undefined;
  }

  putTrack(track: Track): void {
    this.#tracks.set(track.id, track);
    this.#json = undefined;
  }

  removeTrack(trackId: string): boolean {
    this.#json = undefined;
    return this.#tracks.delete(trackId);
  }

  #model(): ParticipantModel {
    return {
      id: this.id,
      name: this.#name,
      metadata: this.#metadata,
      state: this.#state,
      joinedAt: this.joinedAt,
      tracks: [...this.#tracks.values()],
    };
  }
}
