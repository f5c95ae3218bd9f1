import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import { type AnsweredSection, readSubscribeAnswer } from '../sdp/read-subscribe-answer.ts';
import type { DtlsParameters, MediaKind, RtpParameters, SubscribeSection } from '../sdp/types.ts';
import { writeSubscribeOffer } from '../sdp/write-subscribe-offer.ts';
import { CrosspointError } from '../shared/errors.ts';
import { sfuLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import { type ClientCapabilities, lacksRepair } from './client-capabilities.ts';
import type { MediaRoom } from './media-room.ts';
import { createMediaTransport, onRemoteEnd } from './media-transport.ts';
import type { RoomNode } from './room-node.ts';
import type { RoomTrack } from './room-track.ts';
import { fingerprintKey, fromMediasoupParameters, serverTransport, toMediasoupDtls } from './rtp-shapes.ts';
import type { SfuOptions } from './sfu-options.ts';
import { preferredLayers, Subscription, type SubscriptionEvents } from './subscription.ts';
import type { WantedTrack } from './subscription-wishes.ts';
import type { SubscribeOffer } from './types.ts';

export interface SubscribeContext {
  room: MediaRoom;
  node: RoomNode;
  sfuOptions: SfuOptions;
  capabilities: ClientCapabilities;
  logger: Logger;
  /** Numbers of offers rise over all connections of a session. */
  nextNegotiation: () => number;
  onOffer: (offer: SubscribeOffer) => void;
  onSubscribed: (subscription: Subscription) => void;
  onUnsubscribed: (subscription: Subscription) => void;
  onRefused: (track: RoomTrack, error: 'unsupportedCodec' | 'tooManyTracks') => void;
  onRemoteEnd: (state: 'closed' | 'failed') => void;
  events: SubscriptionEvents;
}

/** An m-section; it keeps its place and mid for the life of the connection and serves one track after the other. */
interface Slot {
  readonly mid: string;
  readonly kind: MediaKind;
  subscription: Subscription | undefined;
  last: { rtpParameters: RtpParameters; streamId: string; trackId: string };
  /** The client has stopped it for good; browsers do not revive such a section reliably. */
  dead: boolean;
}

interface UnansweredOffer {
  negotiation: number;
  sections: SubscribeSection[];
  subscriptions: (Subscription | undefined)[];
}

/** One peer connection on which a client receives: a transport, and a slot for each m-section ever offered. */
export class SubscribeConnection {
  readonly #context: SubscribeContext;
  readonly #transport: types.WebRtcTransport;
  readonly #sessionId = String(randomInt(1, 2 ** 47));
  readonly #slots: Slot[] = [];
  #nextMid = 0;
  #sessionVersion = 0;
  #unanswered: UnansweredOffer | undefined;
  /** Something has changed that the client has not been offered. */
  #changed = false;
  #remoteFingerprint: string | undefined;
  #closed = false;

  private constructor(context: SubscribeContext, transport: types.WebRtcTransport) {
    this.#context = context;
    this.#transport = transport;
    onRemoteEnd(transport, (state) => {
      if (!this.#closed) context.onRemoteEnd(state);
    });
  }

  static async open(context: SubscribeContext): Promise<SubscribeConnection> {
    return new SubscribeConnection(context, await createMediaTransport(context.node, context.sfuOptions));
  }

  /**
   * Makes what the client receives equal to what it wants, and offers the difference. While an offer is unanswered only
   * endings and adjustments take effect; the rest comes with the next offer.
   */
  async update(wanted: readonly WantedTrack[]): Promise<void> {
    const wishes = new Map(wanted.map(({ track, wish }) => [track, wish]));
    for (const slot of this.#slots) {
      const { subscription } = slot;
      if (!subscription) continue;
      const wish = wishes.get(subscription.track);
      if (wish && !subscription.consumer.closed) subscription.adjust(wish);
      else this.#vacate(slot);
    }
    if (this.#unanswered) return;
    const received = new Set(this.#slots.map(({ subscription }) => subscription?.track));
    const { room } = this.#context;
    await this.#subscribeAll(wanted.filter(({ track }) => !received.has(track) && !hasEnded(track, room)));
    if (this.#changed && !this.#closed) this.#offer();
  }

  /**
   * Takes the client's answer to the last offer. Call `update` afterwards: there may be something to offer again.
   */
  async handleAnswer(answer: { negotiation: number; sdp: string }): Promise<void> {
    const offered = this.#unanswered;
    if (offered?.negotiation !== answer.negotiation) throw new CrosspointError('staleNegotiation');
    const { dtls, sections } = readSubscribeAnswer(answer.sdp, offered.sections);
    const connecting = dtls ? this.#connect(dtls) : Promise.resolve();
    this.#unanswered = undefined;
    this.#context.capabilities.learn(sections);
    for (const [at, section] of sections.entries()) this.#handleSection(at, section, offered);
    await connecting;
  }

  /** New credentials, told with an offer of their own as soon as none is unanswered. */
  async restartIce(): Promise<void> {
    await this.#transport.restartIce();
    this.#changed = this.#slots.length > 0;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const slot of this.#slots) this.#vacate(slot);
    this.#transport.close();
  }

  #connect(dtls: DtlsParameters): Promise<void> {
    const fingerprint = fingerprintKey(dtls);
    if (this.#remoteFingerprint === undefined) {
      this.#remoteFingerprint = fingerprint;
      return this.#transport.connect({ dtlsParameters: toMediasoupDtls(dtls) });
    }
    if (this.#remoteFingerprint === fingerprint) return Promise.resolve();
    throw new CrosspointError('invalidSdp', {
      message: 'The answer comes from another peer connection; ask for a fresh one with restartIce.',
    });
  }

  #handleSection(at: number, answered: AnsweredSection, offered: UnansweredOffer): void {
    const slot = this.#slots[at];
    const subscription = offered.subscriptions[at];
    if (!slot) return;
    if (answered.description.stopped) slot.dead = true;
    if (!subscription || slot.subscription !== subscription) return;
    if (!answered.accepted) {
      if (answered.description.stopped && !subscription.accepted) {
        this.#context.capabilities.unlearn(slot.last.rtpParameters);
      }
      this.#vacate(slot);
      this.#context.onRefused(subscription.track, 'unsupportedCodec');
    } else if (lacksRepair(slot.last.rtpParameters, answered)) {
      // The next update subscribes anew, with what the client has been found to support.
      this.#vacate(slot);
    } else subscription.accept();
  }

  #vacate(slot: Slot): void {
    const { subscription } = slot;
    if (!subscription) return;
    slot.subscription = undefined;
    this.#changed = true;
    subscription.close();
    this.#context.onUnsubscribed(subscription);
  }

  async #subscribeAll(missing: readonly WantedTrack[]): Promise<void> {
    const free = this.#slots.filter((slot) => !slot.subscription && !slot.dead);
    const plans = missing.map((wanted) => ({ wanted, slot: takeSlot(free, wanted.track.producer.kind) }));
    const spare = sfuLimits.subscribeSections - this.#slots.length;
    const admitted = plans.filter(({ slot }, at) => slot || countNew(plans, at) < spare);
    for (const plan of plans) {
      if (!admitted.includes(plan)) this.#context.onRefused(plan.wanted.track, 'tooManyTracks');
    }
    await Promise.all(admitted.map(({ wanted, slot }) => this.#subscribe(wanted, slot)));
  }

  async #subscribe(wanted: WantedTrack, slot: Slot | undefined): Promise<void> {
    const mid = slot?.mid ?? this.#takeMid();
    const subscription = await this.#consume(wanted, mid);
    if (!subscription) return;
    const { track } = wanted;
    const last = {
      rtpParameters: fromMediasoupParameters(subscription.consumer.rtpParameters),
      streamId: streamIdOf(track),
      trackId: track.id,
    };
    if (slot) Object.assign(slot, { subscription, last });
    else this.#slots.push({ mid, kind: track.producer.kind, subscription, last, dead: false });
    this.#changed = true;
    this.#context.onSubscribed(subscription);
  }

  /** A consumer, paused until the client has accepted it; undefined when there can be none. */
  async #consume({ track, wish }: WantedTrack, mid: string): Promise<Subscription | undefined> {
    const { room, node, capabilities, logger, events } = this.#context;
    try {
      const lease = await room.lease(track, node);
      const rtpCapabilities = capabilities.forCodec(track.routerPayloadType);
      if (!node.router.canConsume({ producerId: lease.producerId, rtpCapabilities })) {
        lease.release();
        this.#context.onRefused(track, 'unsupportedCodec');
        return undefined;
      }
      const layers = preferredLayers(track, wish);
      const options = { producerId: lease.producerId, rtpCapabilities, mid, paused: true };
      const consumer = await this.#transport.consume(layers ? { ...options, preferredLayers: layers } : options);
      const subscription = new Subscription({ track, consumer, lease, wish, events, logger });
      if (!this.#closed && !hasEnded(track, room)) return subscription;
      subscription.close();
    } catch (error) {
      // The track, its node or this connection ended meanwhile; whoever ended it sees to an update.
      const ended = this.#closed || this.#transport.closed || hasEnded(track, room);
      if (!ended) logger.error({ track: track.id, err: error }, 'a track could not be consumed');
    }
    return undefined;
  }

  #takeMid(): string {
    const mid = String(this.#nextMid);
    this.#nextMid += 1;
    return mid;
  }

  #offer(): void {
    const negotiation = this.#context.nextNegotiation();
    const sections = this.#slots.map(describeSlot);
    const subscriptions = this.#slots.map(({ subscription }) => subscription);
    this.#sessionVersion += 1;
    this.#changed = false;
    this.#unanswered = { negotiation, sections, subscriptions };
    const sdp = writeSubscribeOffer({
      transport: serverTransport(this.#transport, 'auto'),
      sessionId: this.#sessionId,
      sessionVersion: this.#sessionVersion,
      sections,
    });
    this.#context.onOffer({ negotiation, sdp, tracks: this.#slots.flatMap(assignmentOf) });
  }
}

function hasEnded(track: RoomTrack, room: MediaRoom): boolean {
  return track.producer.closed || !track.node.alive || !room.tracks.has(track.id);
}

function takeSlot(free: Slot[], kind: MediaKind): Slot | undefined {
  const at = free.findIndex((slot) => slot.kind === kind);
  return at === -1 ? undefined : free.splice(at, 1)[0];
}

/** How many plans before this one need a new section. */
function countNew(plans: readonly { slot: Slot | undefined }[], end: number): number {
  return plans.slice(0, end).filter(({ slot }) => !slot).length;
}

function describeSlot({ mid, kind, subscription, last }: Slot): SubscribeSection {
  const { rtpParameters, streamId, trackId } = last;
  return {
    mid,
    kind,
    ...(subscription ? { rtpParameters } : {}),
    lastRtpParameters: rtpParameters,
    streamId,
    trackId,
  };
}

function assignmentOf({ mid, subscription }: Slot): SubscribeOffer['tracks'] {
  return subscription ? [{ mid, track: subscription.track.id, participant: subscription.track.participantId }] : [];
}

/** Microphone and camera of a participant belong together and are synchronised; so are a screen and its sound. */
function streamIdOf({ participantId, source }: RoomTrack): string {
  return source === 'screen' || source === 'screenAudio' ? `${participantId}-screen` : participantId;
}
