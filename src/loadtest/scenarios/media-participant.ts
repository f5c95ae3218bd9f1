import type { EventName, EventParams } from '../../protocol/events.ts';
import type { Track } from '../../protocol/models.ts';
import { sleepUntil } from '../core/open-loop.ts';
import type { DtlsCertificate } from '../media/dtls/certificate.ts';
import type { MediaTicker } from '../media/media-ticker.ts';
import { Publisher } from '../media/publisher.ts';
import { Subscriber } from '../media/subscriber.ts';
import { PeerError, type SignalingPeer } from '../signaling-peer.ts';
import type { ScenarioContext } from './context.ts';
import { leaveRoom, watchLoss } from './enter-room.ts';

/** A track that ended sooner than this may not have arrived, and nobody missed it. */
const noticeableMs = 2_000;

interface Stay {
  context: ScenarioContext<'media'>;
  room: string;
  publishes: boolean;
  intendedMs: number;
  leaveMs: number;
  certificate: DtlsCertificate;
  ticker: MediaTicker;
}

/** One participant with its two peer connections, from joining to leaving. */
export class MediaParticipant {
  readonly #stay: Stay;
  readonly #peer: SignalingPeer;
  readonly #subscriber: Subscriber;
  readonly #publisher: Publisher | undefined;
  /** Tracks of others that should arrive. */
  readonly #expected = new Map<string, { participant: string; sinceMs: number }>();
  #receivingSinceMs: number | undefined;
  #offered = false;
  #leaving = false;

  constructor(stay: Stay) {
    this.#stay = stay;
    this.#peer = stay.context.createPeer();
    this.#peer.onEvent = (method, params) => this.#handleEvent(method, params);
    this.#publisher = stay.publishes ? this.#createPublisher() : undefined;
    this.#subscriber = this.#createSubscriber();
  }

  async run(): Promise<void> {
    const { context, leaveMs } = this.#stay;
    try {
      await this.#enter();
      watchLoss(this.#peer, context.recorder);
      await sleepUntil(leaveMs, context.signal);
      this.#recordReception();
      this.#leaving = true;
      await leaveRoom(this.#peer, context.recorder);
    } finally {
      this.#publisher?.close();
      this.#subscriber.close();
      this.#peer.cut();
    }
  }

  /** Join and publish follow each other without waiting, as the protocol invites clients to do. */
  async #enter(): Promise<void> {
    const { context, room, intendedMs } = this.#stay;
    const { recorder } = context;
    recorder.count('joins.offered');
    await this.#peer.connect();
    recorder.since('connect', intendedMs);
    const joining = this.#peer.join({ room });
    const publishing = this.#publish();
    publishing.catch(() => undefined);
    const joined = await joining;
    recorder.since('join', intendedMs);
    recorder.count('joins.achieved');
    recorder.level('participants', 1);
    for (const { id, tracks } of joined.participants) this.#expect(id, tracks);
    await publishing;
  }

  async #publish(): Promise<void> {
    const publisher = this.#publisher;
    if (!publisher) return;
    const sentMs = performance.now();
    const { recorder } = this.#stay.context;
    const { sdp, tracks } = await this.#peer.request('offer', {
      connection: 'publish',
      sdp: publisher.offer,
      tracks: publisher.tracks,
    });
    recorder.since('publish', sentMs);
    for (const { error } of tracks ?? []) if (error !== undefined) recorder.error(`publish.${error}`);
    if (sdp === undefined || !publisher.accept(sdp)) throw new PeerError('unusableAnswer');
  }

  #handleEvent(method: EventName, params: unknown): void {
    if (method === 'offer') this.#answer(params as EventParams<'offer'>);
    if (method === 'trackPublished') {
      const { participant, track } = params as EventParams<'trackPublished'>;
      this.#expect(participant, [track]);
    }
    if (method === 'trackUnpublished') this.#ended((params as EventParams<'trackUnpublished'>).track);
    if (method === 'participantLeft') this.#gone((params as EventParams<'participantLeft'>).participant);
  }

  /** Asks for video in the size that is shown; audio comes by itself. */
  #expect(participant: string, tracks: Track[]): void {
    const sinceMs = performance.now();
    for (const { id } of tracks) this.#expected.set(id, { participant, sinceMs });
    const { height } = this.#stay.context.options;
    const wishes = tracks
      .filter(({ kind }) => kind === 'video')
      .map(({ id }) => ({ track: id, width: Math.round((height * 16) / 9), height }));
    if (wishes.length > 0) this.#background(this.#peer.request('subscribe', { tracks: wishes }));
  }

  #gone(left: string): void {
    for (const [track, { participant }] of this.#expected) if (participant === left) this.#ended(track);
  }

  /** Forgets a track that nobody had time to miss. */
  #ended(track: string): void {
    const { sinceMs = 0 } = this.#expected.get(track) ?? {};
    if (performance.now() - sinceMs < noticeableMs && !this.#subscriber.heardTracks.has(track))
      this.#expected.delete(track);
  }

  #answer(offer: EventParams<'offer'>): void {
    if (!('connection' in offer) || this.#leaving) return;
    const { recorder } = this.#stay.context;
    if (!this.#offered) recorder.since('subscribeOffer', this.#stay.intendedMs);
    this.#offered = true;
    const sdp = this.#subscriber.answer(offer);
    if (sdp === undefined) recorder.error('unusableOffer');
    else {
      const { negotiation } = offer;
      this.#background(this.#peer.request('answer', { connection: 'subscribe', negotiation, sdp }));
    }
  }

  /**
   * A newer offer may overtake an answer, a track may end before it is asked for, and the leave may come first: none of
   * these is a failure.
   */
  #background(request: Promise<unknown>): void {
    request.catch((error) => {
      const code = error instanceof PeerError ? error.code : 'tool';
      if (this.#leaving && code === 'notJoined') return;
      if (code !== 'staleNegotiation' && code !== 'trackNotFound') this.#stay.context.recorder.error(code);
    });
  }

  #createPublisher(): Publisher {
    const { certificate, ticker, context } = this.#stay;
    const { recorder, options } = context;
    const countSent = (packets: number, bytes: number): void => {
      recorder.count('media.sent', packets);
      recorder.count('media.sentBytes', bytes);
    };
    const { audio, video, layers } = options;
    return new Publisher({ certificate, ticker, audio, video, layers, countSent, ...this.#connectionTimes() });
  }

  #createSubscriber(): Subscriber {
    const { certificate, ticker, context, intendedMs } = this.#stay;
    const { recorder } = context;
    const times = this.#connectionTimes();
    return new Subscriber({
      ...{ certificate, ticker, ...times },
      onConnected: () => {
        times.onConnected();
        this.#receivingSinceMs = performance.now();
      },
      onFirstPacket: () => recorder.since('firstPacket', intendedMs),
      onPacket: (bytes) => {
        recorder.count('media.received');
        recorder.count('media.receivedBytes', bytes);
      },
    });
  }

  /** ICE counts from the intended join, DTLS from ICE. */
  #connectionTimes() {
    const { context, intendedMs } = this.#stay;
    const { recorder } = context;
    let iceMs = 0;
    return {
      onIceConnected: () => {
        iceMs = performance.now();
        recorder.since('ice', intendedMs);
      },
      onConnected: () => recorder.since('dtls', iceMs),
      onFailed: (reason: string) => recorder.error(`media.${reason}`),
    };
  }

  #recordReception(): void {
    const { recorder } = this.#stay.context;
    for (const track of this.#expected.keys()) this.#ended(track);
    const { heardTracks } = this.#subscriber;
    const got = [...this.#expected.keys()].filter((track) => heardTracks.has(track)).length;
    const { lost, jitterMs } = this.#subscriber.summary();
    recorder.count('media.tracksExpected', this.#expected.size);
    recorder.count('media.tracksGot', got);
    recorder.count('media.lost', lost);
    recorder.count('media.jitterCount', jitterMs.length);
    recorder.count(
      'media.jitterSumMs',
      jitterMs.reduce((sum, jitter) => sum + jitter, 0),
    );
    if (this.#receivingSinceMs === undefined) return;
    recorder.count('media.receiverSeconds', (performance.now() - this.#receivingSinceMs) / 1000);
  }
}
