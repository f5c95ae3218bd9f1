import type { ServerConnection } from '../../protocol/models.ts';
import { CrosspointClientError } from '../client-error.ts';
import type { ClientEvents } from '../client-events.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { ClientOptions, PublishOptions, SubscribeOptions } from '../options.ts';
import type { PeerConnectionFactory } from '../platform.ts';
import type { RoomState } from '../room/room-state.ts';
import type { Established, Session } from '../session/session.ts';
import { LocalTrack, type LocalTrackOwner } from './local-track.ts';
import type { MediaContext } from './media-context.ts';
import { PublishConnection } from './publish-connection.ts';
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

/**
 * When a media worker dies the server first ends the tracks that were on it, then asks for them anew: the two events come
 * in one turn of its loop, and a track is not over before that turn is.
 */
const renegotiateGraceMs = 500;

interface Pending {
  resolve: (track: LocalTrack) => void;
  reject: (error: CrosspointClientError) => void;
}

/** The media of this client: its own tracks, the two peer connections, and what it wants to receive. */
export class MediaSession implements LocalTrackOwner {
  readonly localTracks = new Set<LocalTrack>();
  readonly #emitter: EventEmitter<ClientEvents>;
  readonly #session: Session;
  readonly #room: RoomState;
  readonly #options: ClientOptions;
  readonly #publication: PublishConnection;
  readonly #reception: SubscribeConnection;
  readonly #wishes: SubscriptionWishes;
  readonly #stats = new StatsCollector();
  readonly #pending = new Map<LocalTrack, Pending>();
  /** Muted or unmuted while the server did not know the track yet. */
  readonly #muteUntold = new Set<LocalTrack>();
  /** Ended by the server, unless it asks for all tracks anew in a moment. */
  readonly #ending = new Map<LocalTrack, ReturnType<typeof setTimeout>>();
  #received: ReadonlyMap<string, MediaStreamTrack> = new Map();
  #iceServers: RTCIceServer[] = [];
  #iceServersKnown = Promise.withResolvers<void>();

  constructor({ emitter, session, room, options }: MediaSessionOptions) {
    this.#emitter = emitter;
    this.#session = session;
    this.#room = room;
    this.#options = options;
    const context = this.#createContext();
    this.#publication = new PublishConnection({
      context,
      onPublished: (track, id) => this.#handlePublished(track, id),
      onRefused: (track, error) => this.#handleRefused(track, error),
    });
    this.#reception = new SubscribeConnection({ context, onReceived: (received) => this.#handleReceived(received) });
    this.#wishes = new SubscriptionWishes({
      subscribe: (params) => session.request('subscribe', params),
      unsubscribe: (params) => session.request('unsubscribe', params),
      exists: (trackId) => room.findTrack(trackId) !== undefined,
    });
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#iceServers;
  }

  /** False where media can neither be sent nor received. */
  get available(): boolean {
    return this.#options.createPeerConnection !== undefined || typeof RTCPeerConnection !== 'undefined';
  }

  publish(mediaTrack: MediaStreamTrack, options: PublishOptions): Promise<LocalTrack> {
    const problem = this.#objectionTo(mediaTrack);
    if (problem) return Promise.reject(new CrosspointClientError('invalidState', { message: problem }));
    const track = new LocalTrack(this, mediaTrack, options);
    this.#adopt(track);
    this.localTracks.add(track);
    return new Promise((resolve, reject) => {
      this.#pending.set(track, { resolve, reject });
      this.#publication.add(track);
    });
  }

  async setMuted(track: LocalTrack, muted: boolean): Promise<void> {
    requireLive(track);
    track.muted = muted;
    track.mediaTrack.enabled = !muted;
    await this.#publication.applyMedia(track);
    if (track.id === undefined) this.#muteUntold.add(track);
    else await this.#askAbout(track, this.#session.request('mute', { track: track.id, muted }));
  }

  async replace(track: LocalTrack, mediaTrack: MediaStreamTrack): Promise<void> {
    requireLive(track);
    if (mediaTrack.kind !== track.kind) {
      throw new CrosspointClientError('invalidState', { message: 'A track can only be replaced by one of its kind.' });
    }
    track.mediaTrack = mediaTrack;
    this.#adopt(track);
    await this.#publication.applyMedia(track);
  }

  async unpublish(track: LocalTrack): Promise<void> {
    if (!track.live) return;
    const { id } = track;
    const told =
      id === undefined ? undefined : this.#askAbout(track, this.#session.request('unpublish', { track: id }));
    this.#end(track, new CrosspointClientError('left', { message: 'The track was unpublished.' }));
    await told;
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
    this.#publication.setConfiguration(this.#configuration());
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

  /** Tells whether the track was an own one, which the server has ended. */
  handleTrackUnpublished(trackId: string): boolean {
    this.#wishes.forget(trackId);
    const track = [...this.localTracks].find(({ id }) => id === trackId);
    if (!track) return false;
    track.id = undefined;
    const end = () => this.#end(track, new CrosspointClientError('trackNotFound', { message: 'Ended by the server.' }));
    this.#ending.set(track, setTimeout(end, renegotiateGraceMs));
    return true;
  }

  /** The server has lost what was behind these connections. */
  renegotiate(connections: ServerConnection[]): void {
    if (connections.includes('publish')) {
      this.#keepAll();
      this.#publication.rebuild();
    }
    if (connections.includes('subscribe')) this.#reception.reset();
  }

  /** The network is another: the old paths may still look alive for many seconds. */
  restartIce(): void {
    this.#publication.restartIce();
    this.#reception.restartIce();
  }

  async getStats(): Promise<ClientStats> {
    const sources: StatsSource[] = [];
    const { connection: publishing } = this.#publication;
    const { connection: receiving } = this.#reception;
    const identifySent = (mediaTrackId: string | undefined, mid: string | undefined) =>
      this.#identifySent(mediaTrackId, mid);
    const identifyReceived = (mediaTrackId: string | undefined) => this.#identifyReceived(mediaTrackId);
    if (publishing) sources.push({ connection: 'publish', peerConnection: publishing, identify: identifySent });
    if (receiving) sources.push({ connection: 'subscribe', peerConnection: receiving, identify: identifyReceived });
    return { at: Date.now(), ...(await this.#stats.collect(sources)) };
  }

  /** Ends all media; the client may join again afterwards. Idempotent. */
  close(): void {
    const left = new CrosspointClientError('left');
    for (const track of [...this.localTracks]) this.#end(track, left);
    this.#publication.close();
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

  #objectionTo(mediaTrack: MediaStreamTrack): string | undefined {
    const { status } = this.#session.state;
    if (status === 'idle' || status === 'disconnected') return 'Join a room before publishing.';
    const known = [...this.localTracks].some((track) => track.mediaTrack === mediaTrack);
    return known ? 'This MediaStreamTrack is published already.' : undefined;
  }

  #adopt(track: LocalTrack): void {
    const { mediaTrack, options } = track;
    mediaTrack.enabled = !track.muted;
    if (options.contentHint !== undefined) mediaTrack.contentHint = options.contentHint;
    const handleEnded = () => {
      if (track.live && track.mediaTrack === mediaTrack) this.#emitter.emit('localTrackEnded', track);
    };
    mediaTrack.addEventListener('ended', handleEnded, { once: true });
  }

  #handlePublished(track: LocalTrack, id: string): void {
    track.id = id;
    const { muted } = track;
    if (muted) void this.#publication.applyMedia(track);
    if (this.#muteUntold.delete(track)) void this.#askAbout(track, this.#session.request('mute', { track: id, muted }));
    this.#emitter.emit('localTrackPublished', track);
    this.#pending.get(track)?.resolve(track);
    this.#pending.delete(track);
  }

  #handleRefused(track: LocalTrack, error: CrosspointClientError): void {
    this.#end(track, error);
  }

  #end(track: LocalTrack, error: CrosspointClientError): void {
    if (!track.live) return;
    track.live = false;
    track.id = undefined;
    this.localTracks.delete(track);
    this.#muteUntold.delete(track);
    clearTimeout(this.#ending.get(track));
    this.#ending.delete(track);
    void this.#publication.remove(track);
    const pending = this.#pending.get(track);
    this.#pending.delete(track);
    if (pending) pending.reject(error);
    else this.#emitter.emit('localTrackUnpublished', track);
  }

  /** A request about a track's id is void when the id has changed meanwhile: the new offer has said it all. */
  async #askAbout(track: LocalTrack, request: Promise<unknown>): Promise<void> {
    const { id } = track;
    try {
      await request;
    } catch (error) {
      if (track.live && track.id === id) throw error;
    }
  }

  #keepAll(): void {
    for (const timer of this.#ending.values()) clearTimeout(timer);
    this.#ending.clear();
  }

  #startOver(): void {
    this.#keepAll();
    this.#publication.rebuild();
    this.#reception.reset();
    this.#wishes.repeat();
  }

  #checkPaths(): void {
    this.#publication.check();
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
    const track =
      (mid === undefined ? undefined : this.#publication.trackAt(mid)) ??
      [...this.localTracks].find(({ mediaTrack }) => mediaTrack.id === mediaTrackId);
    if (track?.id === undefined) return undefined;
    const { id: trackId, kind, source } = track;
    return { direction: 'send', trackId, participantId: this.#room.self?.id ?? '', kind, source };
  }

  #identifyReceived(mediaTrackId: string | undefined): TrackIdentity | undefined {
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

function requireLive(track: LocalTrack): void {
  if (!track.live) throw new CrosspointClientError('invalidState', { message: 'The track is not published any more.' });
}
