import type { Grants } from '../protocol/grants.ts';
import type { WaitingParticipant } from '../protocol/models.ts';
import type { RequestInput, RequestResult } from '../protocol/requests.ts';
import type { ClientEvents, ClientState, ReceivedMessage } from './client-events.ts';
import { EventEmitter } from './event-emitter.ts';
import { Inbox } from './inbox.ts';
import type { LocalTrack } from './media/local-track.ts';
import { MediaSession } from './media/media-session.ts';
import type { ClientStats } from './media/track-stats.ts';
import type {
  ClientOptions,
  JoinOptions,
  MessageOptions,
  PostedMessage,
  PublishOptions,
  SelfUpdate,
  SubscribeOptions,
} from './options.ts';
import type { RemoteParticipant } from './room/remote-participant.ts';
import type { RemoteTrack } from './room/remote-track.ts';
import { RoomState, type Self } from './room/room-state.ts';
import { type Established, Session, type SessionEvent } from './session/session.ts';

/** What concerns the room as a whole. */
export interface RoomInfo {
  readonly name: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly createdAt: number;
  readonly locked?: boolean | undefined;
  readonly waitingRoom?: boolean | undefined;
  readonly recording?: boolean | undefined;
}

export interface JoinedRoom extends RoomInfo {
  self: Self;
  participants: RemoteParticipant[];
}

interface Access {
  readonly grants: Grants;
  readonly expiresAt: number | undefined;
}

/**
 * One participant of one room at a time. It keeps itself connected: a cut socket is resumed, an ended session is joined
 * anew and its tracks are published again, and the application sees nothing but consistent events.
 */
export class CrosspointClient extends EventEmitter<ClientEvents> {
  readonly #session: Session;
  readonly #room: RoomState;
  readonly #media: MediaSession;
  readonly #inbox: Inbox;
  #access: Access | undefined;
  #roomInfo: RoomInfo | undefined;
  readonly #waiting = new Map<string, WaitingParticipant>();

  constructor(options: ClientOptions = {}) {
    super();
    this.#session = new Session(options);
    this.#inbox = new Inbox(this.#session);
    this.#room = new RoomState(this);
    this.#media = new MediaSession({ emitter: this, session: this.#session, room: this.#room, options });
    this.#session.on('established', (established) => this.#handleEstablished(established));
    this.#session.on('accessRenewed', ({ grants, expiresAt }) => {
      this.#access = { grants, expiresAt };
      this.emit('accessRenewed');
    });
    this.#session.on('eventReceived', (event) => this.#handleEvent(event));
    this.#session.on('stateChanged', (state, previous) => this.#handleState(state, previous));
    this.#session.on('networkChanged', () => this.#media.restartIce());
  }

  get state(): ClientState {
    return this.#session.state;
  }

  /** Oneself, once joined. */
  get self(): Self | undefined {
    return this.#room.self;
  }

  /** The room itself, once joined; `roomUpdated` tells of changes. */
  get room(): RoomInfo | undefined {
    return this.#roomInfo;
  }

  /** Everybody else in the room by id, with their tracks. */
  get participants(): ReadonlyMap<string, RemoteParticipant> {
    return this.#room.participants;
  }

  /** What this session may do, once joined. */
  get grants(): Grants | undefined {
    return this.#access?.grants;
  }

  /** When the access token ends, in milliseconds since 1970 by the server's clock; not there without one that ends. */
  get accessExpiresAt(): number | undefined {
    return this.#access?.expiresAt;
  }

  /** For moderators: who waits to be admitted, longest first; `participantWaiting` and `waitingEnded` tell of changes. */
  get waitingParticipants(): readonly WaitingParticipant[] {
    return [...this.#waiting.values()];
  }

  get localTracks(): ReadonlySet<LocalTrack> {
    return this.#media.localTracks;
  }

  /**
   * Connects and enters the room. `publish`, `subscribe` and `sendMessage` may be called without waiting for it: they
   * leave together with it. Rejects with the server's code, or `connectionFailed`; it does not try again by itself.
   */
  async join(options: JoinOptions): Promise<JoinedRoom> {
    const subscribe = options.subscribe ?? (this.#media.available ? 'auto' : 'manual');
    const result = await this.#session.open({ ...options, subscribe });
    const self = { id: result.participant.id, name: result.participant.name, metadata: result.participant.metadata };
    return { ...result.room, self, participants: [...this.participants.values()] };
  }

  /** Leaves the room; idempotent. Own MediaStreamTracks are not stopped. */
  leave(): Promise<void> {
    return this.#session.leave();
  }

  /** Changes the own name or metadata; metadata is replaced as a whole. */
  async update(update: SelfUpdate): Promise<void> {
    await this.#session.update(update);
    this.#room.updateSelf(update);
  }

  /** Publishes a track. What is published in one go leaves in one offer. */
  publish(mediaTrack: MediaStreamTrack, options: PublishOptions = {}): Promise<LocalTrack> {
    return this.#media.publish(mediaTrack, options);
  }

  /** Publishes several tracks, for instance `stream.getTracks()`, in one offer. */
  publishAll(
    tracks: Iterable<MediaStreamTrack | { track: MediaStreamTrack; options?: PublishOptions }>,
  ): Promise<LocalTrack[]> {
    const publications = [...tracks].map((entry) =>
      'track' in entry ? this.publish(entry.track, entry.options) : this.publish(entry),
    );
    return Promise.all(publications);
  }

  /** Asks for a track, or changes how it is wanted. Calls may come as often as tiles are resized. */
  subscribe(trackId: string, options: SubscribeOptions = {}): Promise<void> {
    return this.#media.subscribe(trackId, options);
  }

  unsubscribe(trackId: string): Promise<void> {
    return this.#media.unsubscribe(trackId);
  }

  /**
   * Sends a message; resolves with the number of sessions it was queued for, and `stored` for one that will arrive. An
   * acknowledged one is sent again after a cut until the server has answered.
   */
  async sendMessage({ body, ...options }: MessageOptions): Promise<RequestResult<'message'> & { id?: string }> {
    const id = options.id ?? (options.acknowledge ? randomId() : undefined);
    // The body comes last: the server then passes it on without writing it anew.
    const result = await this.#session.request('message', { ...options, ...(id !== undefined && { id }), body });
    return { ...result, ...(id !== undefined && { id }) };
  }

  /**
   * Sends a message that may be lost, such as where a pointer is: no reply comes, it is not sent again, and it does not
   * wait. False when it cannot be sent now: without a connection, beyond the rate, or while other requests wait.
   */
  postMessage({ body, ...options }: PostedMessage): boolean {
    return this.#session.post('message', { ...options, body });
  }

  /** Tells the senders that acknowledged messages were read; others are passed over. */
  markRead(...messages: Pick<ReceivedMessage, 'ordinal'>[]): Promise<void> {
    return this.#inbox.markRead(messages);
  }

  /** Goes on with a new access token, before the one in force expires. A `token` function is asked for it by itself. */
  async refreshToken(token: string): Promise<Grants> {
    const { grants } = await this.#session.refreshToken(token);
    return grants;
  }

  /** For moderators: mutes somebody’s track, who may unmute it. */
  async muteOther(participantId: string, trackId: string): Promise<void> {
    await this.#session.request('muteOther', { participant: participantId, track: trackId });
  }

  /** For moderators: ends somebody’s session, also of one who waits. */
  async removeParticipant(participantId: string): Promise<void> {
    await this.#session.request('remove', { participant: participantId });
  }

  /** For moderators: removes somebody for as long as the room exists. */
  async ban(participantId: string): Promise<void> {
    await this.#session.request('ban', { participant: participantId });
  }

  /** For moderators: lets somebody in who waits. */
  async admit(participantId: string): Promise<void> {
    await this.#session.request('admit', { participant: participantId });
  }

  /** For moderators: locks or unlocks the room, or turns its waiting room on or off. */
  async updateRoom(changes: RequestInput<'updateRoom'>): Promise<void> {
    await this.#session.request('updateRoom', changes);
  }

  /** For moderators: ends the room for everybody. */
  async endRoom(): Promise<void> {
    await this.#session.request('endRoom', {});
  }

  /** Relays an offer to another participant, for a peer-to-peer connection of the application's own. */
  async sendOffer(to: string, sdp: string): Promise<void> {
    await this.#session.request('offer', { to, sdp });
  }

  async sendAnswer(to: string, sdp: string): Promise<void> {
    await this.#session.request('answer', { to, sdp });
  }

  /** Relays an ICE candidate. An empty `candidate` means the end of candidates. */
  async sendCandidate(to: string, candidate: RTCIceCandidateInit): Promise<void> {
    await this.#session.request('candidate', { to, candidate: { ...candidate, candidate: candidate.candidate ?? '' } });
  }

  /** ICE servers with their credentials as last announced, for peer-to-peer connections. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#media.iceServers;
  }

  /** Statistics of both connections and of every track. Rates are since the call before. */
  getStats(): Promise<ClientStats> {
    return this.#media.getStats();
  }

  /** The track with this id, whoever else publishes it. */
  findTrack(trackId: string): RemoteTrack | undefined {
    return this.#room.findTrack(trackId);
  }

  #handleEstablished({ result, how }: Established): void {
    this.#access = { grants: result.grants, expiresAt: result.expiresAt };
    this.#roomInfo = result.room;
    this.#waiting.clear();
    for (const waiting of result.waitingParticipants ?? []) this.#waiting.set(waiting.id, waiting);
    if (how === 'joined') this.#room.fill(result);
    if (how === 'rejoined') this.#room.reconcile(result);
    this.#media.handleEstablished({ result, how });
  }

  #handleState(state: ClientState, previous: ClientState): void {
    if (state.status === 'disconnected' || state.status === 'idle') {
      this.#media.close();
      this.#room.clear();
      this.#roomInfo = undefined;
      this.#waiting.clear();
    }
    this.emit('stateChanged', state, previous);
  }

  #handleEvent({ name, params }: SessionEvent): void {
    switch (name) {
      case 'participantJoined':
        this.#room.addParticipant(params.participant);
        for (const { id } of params.participant.tracks) this.#media.handleTrackPublished(id);
        break;
      case 'participantUpdated':
        this.#room.updateParticipant(params);
        break;
      case 'participantLeft':
        this.#room.removeParticipant(params.participant, params.reason);
        break;
      case 'trackPublished':
        this.#room.addTrack(params.participant, params.track);
        this.#media.handleTrackPublished(params.track.id);
        break;
      case 'trackUpdated':
        if (!this.#media.handleTrackMuted(params.track, params.muted)) {
          this.#room.updateTrack(params.track, params.muted);
        }
        break;
      case 'trackUnpublished':
        if (!this.#media.handleTrackUnpublished(params.track)) this.#room.removeTrack(params.track);
        break;
      case 'roomUpdated':
        if (this.#roomInfo) this.#roomInfo = { ...this.#roomInfo, ...params };
        this.emit('roomUpdated', params);
        break;
      case 'participantWaiting':
        this.#waiting.set(params.participant.id, params.participant);
        this.emit('participantWaiting', params.participant);
        break;
      case 'waitingEnded':
        this.#waiting.delete(params.participant);
        this.emit('waitingEnded', params.participant, params.outcome);
        break;
      case 'offer':
        if ('connection' in params) this.#media.handleOffer(params);
        else this.emit('offerReceived', params);
        break;
      case 'answer':
        this.emit('answerReceived', params);
        break;
      case 'candidate':
        this.emit('candidateReceived', params);
        break;
      case 'message':
        this.#inbox.takeMessage(params, (message) => this.emit('messageReceived', message));
        break;
      case 'receipt':
        this.#inbox.takeReceipt(params, (receipt) => this.emit('receiptReceived', receipt));
        break;
      case 'speakers':
        this.emit('speakersChanged', params.speakers.map(renameParticipant));
        break;
      case 'quality':
        this.emit('qualityChanged', params.participants.map(renameParticipant));
        break;
      case 'subscription':
        this.#room.updateSubscription(params);
        break;
      case 'renegotiate':
        this.#media.renegotiate(params.connections);
        break;
      case 'draining':
        this.emit('drainAnnounced', params.deadline);
        break;
    }
  }
}

function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function renameParticipant<Rest>({ participant, ...rest }: { participant: string } & Rest) {
  return { participantId: participant, ...rest };
}
