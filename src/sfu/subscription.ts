import type { types } from 'mediasoup';
import { parseScalabilityMode } from 'mediasoup';
import type { Logger } from '../shared/logger.ts';
import { chooseLayers, type Layers, type PublishedLayers, usualPriority } from './layers.ts';
import type { Lease } from './piping.ts';
import type { QualitySource } from './quality.ts';
import type { RoomTrack } from './room-track.ts';
import type { Wish } from './subscription-wishes.ts';
import type { SubscriptionState } from './types.ts';

export interface SubscriptionEvents {
  onState: (state: SubscriptionState) => void;
  onScore: () => void;
  /** The consumer ended without our doing. */
  onEnded: () => void;
}

/** One track on its way to one client: a consumer that starts when the client has accepted it. */
export class Subscription implements QualitySource {
  readonly track: RoomTrack;
  readonly consumer: types.Consumer;
  readonly direction = 'receive';
  readonly #lease: Lease;
  readonly #events: SubscriptionEvents;
  readonly #logger: Logger;
  #wish: Wish;
  #accepted = false;
  /** True once congestion control, or the publisher, has stopped every layer. */
  #starved = false;
  #told = '';

  constructor(parts: {
    track: RoomTrack;
    consumer: types.Consumer;
    lease: Lease;
    wish: Wish;
    events: SubscriptionEvents;
    logger: Logger;
  }) {
    this.track = parts.track;
    this.consumer = parts.consumer;
    this.#lease = parts.lease;
    this.#wish = parts.wish;
    this.#events = parts.events;
    this.#logger = parts.logger;
    this.#listen();
    this.#applyPriority();
  }

  get participant(): string {
    return this.track.participantId;
  }

  get accepted(): boolean {
    return this.#accepted;
  }

  /** The worse of the way in and the way out; undefined while nothing is meant to flow. */
  score(): number | undefined {
    if (!this.#accepted || this.consumer.paused || this.consumer.producerPaused) return undefined;
    return Math.min(this.consumer.score.score, this.consumer.score.producerScore);
  }

  /** The client takes it: media starts, with a key frame first. */
  accept(): void {
    if (this.#accepted) return;
    this.#accepted = true;
    this.#applyPause();
    this.#tellState();
  }

  /** Follows a changed wish. */
  adjust(wish: Wish): void {
    if (wish === this.#wish) return;
    this.#wish = wish;
    this.#applyLayers();
    this.#applyPriority();
    this.#applyPause();
    this.#tellState();
  }

  close(): void {
    this.consumer.removeAllListeners();
    this.consumer.close();
    this.#lease.release();
  }

  #listen(): void {
    const { consumer } = this;
    consumer.on('layerschange', (layers) => {
      this.#starved = layers === undefined;
      this.#tellState();
    });
    consumer.on('producerpause', () => this.#tellState());
    consumer.on('producerresume', () => this.#tellState());
    consumer.on('score', () => this.#events.onScore());
    consumer.on('producerclose', () => this.#events.onEnded());
  }

  #applyPause(): void {
    const paused = this.#wish.paused ?? false;
    if (!this.#accepted || paused === this.consumer.paused) return;
    this.#attempt(paused ? this.consumer.pause() : this.consumer.resume());
  }

  #applyLayers(): void {
    const layers = preferredLayers(this.track, this.#wish);
    if (!layers || this.consumer.type === 'simple' || sameLayers(layers, this.consumer.preferredLayers)) return;
    this.#attempt(this.consumer.setPreferredLayers(layers));
  }

  #applyPriority(): void {
    if (this.consumer.kind !== 'video') return;
    const priority = this.#wish.priority ?? usualPriority(this.track.source);
    if (priority !== this.consumer.priority) this.#attempt(this.consumer.setPriority(priority));
  }

  /** Requests reach the worker in order, so nobody waits; they fail only when the consumer has ended meanwhile. */
  #attempt(request: Promise<void>): void {
    request.catch((error: unknown) => {
      if (!this.consumer.closed) this.#logger.warn({ track: this.track.id, err: error }, 'consumer request failed');
    });
  }

  #tellState(): void {
    if (!this.#accepted) return;
    const state = this.#state();
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#events.onState(state);
  }

  #state(): SubscriptionState {
    const { spatialLayer, temporalLayer } = this.consumer.currentLayers ?? {};
    const paused = this.#wish.paused || this.consumer.producerPaused || this.#starved;
    const layer = spatialLayer === undefined ? {} : { layer: { spatial: spatialLayer, temporal: temporalLayer ?? 0 } };
    return {
      track: this.track.id,
      participant: this.track.participantId,
      state: paused ? 'paused' : 'active',
      ...(paused ? {} : layer),
    };
  }
}

/** The layers for a wish; undefined where the track has none to choose from. */
export function preferredLayers(track: RoomTrack, wish: Wish): Layers | undefined {
  return chooseLayers(publishedLayers(track), wish);
}

function publishedLayers({ producer, source, size }: RoomTrack): PublishedLayers {
  if (producer.type === 'simple') return { source, size, spatialLayers: 1, temporalLayers: 1 };
  const encodings = producer.rtpParameters.encodings ?? [];
  const { spatialLayers, temporalLayers } = parseScalabilityMode(encodings[0]?.scalabilityMode);
  return { source, size, spatialLayers: Math.max(encodings.length, spatialLayers), temporalLayers };
}

function sameLayers(layers: Layers, current: types.ConsumerLayers | undefined): boolean {
  return layers.spatialLayer === current?.spatialLayer && layers.temporalLayer === current.temporalLayer;
}
