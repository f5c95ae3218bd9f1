import type { types } from 'mediasoup';
import type { RoomNode } from './room-node.ts';
import type { PublishedTrack, TrackSource } from './types.ts';

/** A published track with the producer behind it, on the node of its publisher. */
export class RoomTrack {
  readonly id: string;
  readonly participantId: string;
  readonly producer: types.Producer;
  readonly node: RoomNode;
  #source: TrackSource;
  #metadata: Record<string, string> | undefined;

  constructor(options: {
    id: string;
    participantId: string;
    producer: types.Producer;
    node: RoomNode;
    source: TrackSource;
    metadata: Record<string, string> | undefined;
  }) {
    this.id = options.id;
    this.participantId = options.participantId;
    this.producer = options.producer;
    this.node = options.node;
    this.#source = options.source;
    this.#metadata = options.metadata;
  }

  get source(): TrackSource {
    return this.#source;
  }

  get published(): PublishedTrack {
    return {
      id: this.id,
      participantId: this.participantId,
      kind: this.producer.kind,
      source: this.#source,
      muted: this.producer.paused,
      codec: this.producer.rtpParameters.codecs[0]?.mimeType ?? '',
      simulcast: this.producer.type === 'simulcast',
      ...(this.#metadata ? { metadata: this.#metadata } : {}),
    };
  }

  /** Takes what a publisher says anew about a track; tells whether anything changed. */
  async update(change: { source?: TrackSource; muted?: boolean; metadata?: Record<string, string> }): Promise<boolean> {
    const before = JSON.stringify(this.published);
    if (change.source) this.#source = change.source;
    if (change.metadata) this.#metadata = change.metadata;
    if (change.muted === true) await this.producer.pause();
    if (change.muted === false) await this.producer.resume();
    return JSON.stringify(this.published) !== before;
  }
}
