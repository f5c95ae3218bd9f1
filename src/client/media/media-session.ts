import type { ServerConnection } from '../../protocol/models.ts';
import { CrosspointClientError } from '../client-error.ts';
import type { ClientEvents } from '../client-events.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { ClientOptions, PublishOptions, SubscribeOptions } from '../options.ts';
import type { PeerConnectionFactory } from '../platform.ts';
import type { RoomState } from '../room/room-state.ts';
import type { Established, Session } from '../session/session.ts';
import type { LocalTrack } from './local-track.ts';
import { LocalTracks } from './local-tracks.ts';
import type { MediaContext } from './media-context.ts';
import { StatsCollector, type StatsSource, type TrackIdentity } from './stats-collector.ts';
import { SubscribeConnection, type SubscribeOffer } from './subscribe-connection.ts';
import { SubscriptionWishes } from './subscription-wishes.ts';
import type { ClientStats } from './track-stats.ts';

export interface MediaSessionOptions {
  emitter: EventEmitter<ClientEvents>;
  session: Session;
  room: RoomState;
  options: ClientOptions;
}

/** The media of this client: its own tracks, the two peer connections, and what it wants to receive. */
export class MediaSession {
  readonly #local: LocalTracks;
  readonly #emitter: EventEmitter<ClientEvents>;
  readonly #session: Session;
  readonly #room: RoomState;
  readonly #options: ClientOptions;
  readonly #reception: SubscribeConnection;
  readonly #wishes: SubscriptionWishes;
  readonly #stats = new StatsCollector();
  #received: ReadonlyMap<string, MediaStreamTrack> = new Map();
  #iceServers: RTCIceServer[] = [];
  #iceServersKnown = Promise.withResolvers<void>();

  constructor({ emitter, session, room, options }: MediaSessionOptions) {
    this.#emitter = emitter;
    this.#session = session;
    this.#room = room;
    this.#options = options;
    const context = this.#createContext();
    this.#local = new LocalTracks(context, emitter);
    this.#reception = new SubscribeConnection({ context, onReceived: (received) => this.#handleReceived(received) });
    this.#wishes = new SubscriptionWishes({
      subscribe: (params) => session.request('subscribe', params),
      unsubscribe: (params) => session.request('unsubscribe', params),
      exists: (trackId) => room.findTrack(trackId) !== undefined,
    });
  }

  get localTracks(): ReadonlySet<LocalTrack> {
    return this.#local.tracks;
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#iceServers;
  }

  /** False where media can neither be sent nor received. */
  get available(): boolean {
    return this.#options.createPeerConnection !== undefined || typeof RTCPeerConnection !== 'undefined';
  }

  publish(mediaTrack: MediaStreamTrack, options: PublishOptions): Promise<LocalTrack> {
    const { status } = this.#session.state;
    if (status === 'idle' || status === 'disconnected') {
      return Promise.reject(new CrosspointClientError('invalidState', { message: 'Join a room before publishing.' }));
    }
    return this.#local.publish(mediaTrack, options);
  }

  async subscribe(trackId: string, wish: SubscribeOptions): Promise<void> {
    this.#requireTrack(trackId);
    await this.#wishes.set(trackId, wish);
  }

  async unsubscribe(trackId: string): Promise<void> {
    if (this.#room.findTrack(trackId)) await this.#wishes.set(trackId, 'unsubscribed');
  }

  handleEstablished({ result, how }: Established): void {
    this.#iceServers = result.iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username !== undefined && { username }),
      ...(credential !== undefined && { credential }),
    }));
    this.#iceServersKnown.resolve();
    this.#local.connection.setConfiguration(this.#configuration());
    this.#reception.setConfiguration(this.#configuration());
    if (how === 'rejoined') this.#startOver();
    if (how === 'resumed') this.#checkPaths();
  }

  handleOffer(offer: SubscribeOffer): void {
    this.#reception.handleOffer(offer);
  }

  /** A track was announced; its media may have been there before. */
  handleTrackPublished(trackId: string): void {
    this.#attach(trackId);
  }

  /** Tells whether the track was an own one, which a moderator has muted. */
  handleTrackMuted(trackId: string, muted: boolean): boolean {
    return this.#local.handleMuted(trackId, muted);
  }

  /** Tells whether the track was an own one, which the server has ended. */
  handleTrackUnpublished(trackId: string): boolean {
    this.#wishes.forget(trackId);
    return this.#local.handleUnpublished(trackId);
  }

  /** The server has lost what was behind these connections. */
  renegotiate(connections: ServerConnection[]): void {
    if (connections.includes('publish')) this.#local.publishAnew();
    if (connections.includes('subscribe')) this.#reception.reset();
  }

  /** The network is another: the old paths may still look alive for many seconds. */
  restartIce(): void {
    this.#local.connection.restartIce();
    this.#reception.restartIce();
  }

  async getStats(): Promise<ClientStats> {
    const sources: StatsSource[] = [];
    const { peerConnection: publishing } = this.#local.connection;
    const { peerConnection: receiving } = this.#reception;
    const identifySent = (mediaTrackId: string | undefined, mid: string | undefined) =>
      this.#identifySent(mediaTrackId, mid);
    const identifyReceived = (mediaTrackId: string | undefined) => this.#identifyReceived(mediaTrackId);
    if (publishing) sources.push({ connection: 'publish', peerConnection: publishing, identify: identifySent });
    if (receiving) sources.push({ connection: 'subscribe', peerConnection: receiving, identify: identifyReceived });
    return { at: Date.now(), ...(await this.#stats.collect(sources)) };
  }

  /** Ends all media; the client may join again afterwards. Idempotent. */
  close(): void {
    this.#local.close();
    this.#reception.reset();
    this.#wishes.clear();
    this.#iceServersKnown.resolve();
    this.#iceServersKnown = Promise.withResolvers();
  }

  #createContext(): MediaContext {
    const create = this.#options.createPeerConnection ?? browserPeerConnection;
    return {
      logger: this.#options.logger ?? { debug: () => {}, info: () => {}, warn: () => {} },
      createPeerConnection: () => create(this.#configuration()),
      iceServersKnown: () => this.#iceServersKnown.promise,
      request: (method, params) => this.#session.request(method, params),
      isJoined: () => this.#session.state.status === 'joined',
      tellState: (connection, state) => this.#emitter.emit('mediaStateChanged', connection, state),
    };
  }

  #configuration(): RTCConfiguration {
    const { rtcConfiguration } = this.#options;
    return {
      bundlePolicy: 'max-bundle',
      ...rtcConfiguration,
      iceServers: [...(rtcConfiguration?.iceServers ?? []), ...this.#iceServers],
    };
  }

  #startOver(): void {
    this.#local.publishAnew();
    this.#reception.reset();
    this.#wishes.repeat();
  }

  #checkPaths(): void {
    this.#local.connection.check();
    this.#reception.check();
  }

  #handleReceived(received: ReadonlyMap<string, MediaStreamTrack>): void {
    const before = this.#received;
    this.#received = received;
    for (const trackId of before.keys()) {
      const track = received.has(trackId) ? undefined : this.#room.findTrack(trackId);
      if (track) this.#room.detachMedia(track);
    }
    for (const trackId of received.keys()) this.#attach(trackId);
  }

  #attach(trackId: string): void {
    const track = this.#room.findTrack(trackId);
    const mediaTrack = this.#received.get(trackId);
    if (track && mediaTrack) this.#room.attachMedia(track, mediaTrack);
  }

  #requireTrack(trackId: string): void {
    if (!this.#room.findTrack(trackId)) throw new CrosspointClientError('trackNotFound');
  }

  #identifySent(mediaTrackId: string | undefined, mid: string | undefined): TrackIdentity | undefined {
    const track = this.#local.find(mediaTrackId, mid);
    if (track?.id === undefined) return undefined;
    const { id: trackId, kind, source } = track;
    return { direction: 'send', trackId, participantId: this.#room.self?.id ?? '', kind, source };
  }

  #identifyReceived(mediaTrackId: string | undefined): TrackIdentity | undefined {
    if (mediaTrackId === undefined) return undefined;
    for (const track of this.#room.tracks) {
      if (track.mediaTrack?.id !== mediaTrackId) continue;
      const { id: trackId, kind, source, participant, subscription } = track;
      const { layer } = subscription;
      return { direction: 'receive', trackId, participantId: participant.id, kind, source, ...(layer && { layer }) };
    }
    return undefined;
  }
}

const browserPeerConnection: PeerConnectionFactory = (configuration) => {
  if (typeof RTCPeerConnection === 'undefined') throw new CrosspointClientError('unsupported');
  return new RTCPeerConnection(configuration);
};
