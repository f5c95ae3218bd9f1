import type { types } from 'mediasoup';
import type { RoomNode } from './room-node.ts';
import type { PublishedTrack, TrackSource } from './types.ts';

export interface RoomTrackOptions {
  id: string;
  participantId: string;
  producer: types.Producer;
  node: RoomNode;
  source: TrackSource;
  /** Resolution of the best layer, where the publisher tells it. */
  size?: { width: number; height: number };
  metadata?: Record<string, string>;
}

/** What a publisher may say anew about a track. */
export interface TrackChange {
  source?: TrackSource;
  muted?: boolean;
  size?: { width: number; height: number };
  metadata?: Record<string, string>;
}

/** A published track with the producer behind it, on the node of its publisher. The producer belongs to the publisher. */
export class RoomTrack {
  readonly id: string;
  readonly participantId: string;
  readonly producer: types.Producer;
  readonly node: RoomNode;
  #description: Pick<RoomTrackOptions, 'source' | 'size' | 'metadata'>;

  constructor({ id, participantId, producer, node, ...description }: RoomTrackOptions) {
    this.id = id;
    this.participantId = participantId;
    this.producer = producer;
    this.node = node;
    this.#description = description;
  }

  get source(): TrackSource {
    return this.#description.source;
  }

  get size(): { width: number; height: number } | undefined {
    return this.#description.size;
  }

  /** The payload type by which every router of the room knows its codec. */
  get routerPayloadType(): number {
    return this.producer.consumableRtpParameters.codecs[0]?.payloadType ?? -1;
  }

  get published(): PublishedTrack {
    const { source, metadata } = this.#description;
    return {
      id: this.id,
      participantId: this.participantId,
      kind: this.producer.kind,
      source,
      muted: this.producer.paused,
      codec: this.producer.rtpParameters.codecs[0]?.mimeType ?? '',
      simulcast: this.producer.type === 'simulcast',
      ...(metadata ? { metadata } : {}),
    };
  }

  /** Takes what a publisher says anew; tells whether anything that others see has changed. */
  async update({ muted, ...description }: TrackChange): Promise<boolean> {
    const before = JSON.stringify(this.published);
    this.#description = { ...this.#description, ...description };
    if (muted === true) await this.producer.pause();
    if (muted === false) await this.producer.resume();
    return JSON.stringify(this.published) !== before;
  }
}
