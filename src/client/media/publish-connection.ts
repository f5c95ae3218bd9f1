import type { RequestInput, RequestResult } from '../../protocol/requests.ts';
import { CrosspointClientError, toClientError } from '../client-error.ts';
import type { PeerConnection } from '../platform.ts';
import { IceWatch } from './ice-watch.ts';
import type { LocalTrack } from './local-track.ts';
import type { MediaContext } from './media-context.ts';
import { midsOf, type OpusParameters, writeOpusParameters } from './sdp-text.ts';
import { SenderSlots } from './sender-slots.ts';

type PublishOffer = Extract<RequestInput<'offer'>, { connection: 'publish' }>;
type PublishedSections = NonNullable<RequestResult<'offer'>['tracks']>;

export interface PublishConnectionOptions {
  context: MediaContext;
  /** The room knows the track now, under this id. */
  onPublished: (track: LocalTrack, id: string) => void;
  /** The track could not be published; it holds no transceiver any more. */
  onRefused: (track: LocalTrack, error: CrosspointClientError) => void;
}

/** The media worker is being replaced, which takes a second or two. */
const unavailableRetryMs = 500;
const maxUnavailableRetries = 20;

/** The connection on which this client offers what it sends. Changes of one turn go into one offer. */
export class PublishConnection {
  readonly #options: PublishConnectionOptions;
  readonly #context: MediaContext;
  readonly #tracks = new Set<LocalTrack>();
  #connection: PeerConnection | undefined;
  #slots: SenderSlots | undefined;
  #watch: IceWatch | undefined;
  #wanted = false;
  #restartWanted = false;
  #negotiating = false;
  #unavailableRetries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PublishConnectionOptions) {
    this.#options = options;
    this.#context = options.context;
  }

  get peerConnection(): PeerConnection | undefined {
    return this.#connection;
  }

  /** By mid, which track each sending section carries. */
  trackAt(mid: string): LocalTrack | undefined {
    return this.#slots?.all.find(({ transceiver }) => transceiver.mid === mid)?.track;
  }

  add(track: LocalTrack): void {
    this.#tracks.add(track);
    this.#negotiate();
  }

  /** Stops sending at once. The section stays for the next track; no offer is needed for that. */
  async remove(track: LocalTrack): Promise<void> {
    this.#tracks.delete(track);
    await this.#slots?.release(track);
  }

  /** Puts the track's media into its sender, or takes it out: muted video costs neither encoder nor network. */
  async applyMedia(track: LocalTrack): Promise<void> {
    const sender = this.#slots?.slotOf(track)?.transceiver.sender;
    const silent = track.muted && track.kind === 'video';
    await sender?.replaceTrack(silent ? null : track.mediaTrack);
  }

  restartIce(): void {
    if (!this.#connection) return;
    this.#restartWanted = true;
    this.#negotiate();
  }

  check(): void {
    this.#watch?.check();
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#connection?.setConfiguration(configuration);
  }

  /** Throws the peer connection away and offers every track anew on another. */
  rebuild(): void {
    this.#closeConnection();
    for (const track of this.#tracks) track.id = undefined;
    if (this.#tracks.size > 0) this.#negotiate();
  }

  close(): void {
    this.#tracks.clear();
    this.#closeConnection();
  }

  #closeConnection(): void {
    clearTimeout(this.#retryTimer);
    this.#watch?.stop();
    this.#connection?.close();
    this.#connection = undefined;
    this.#slots = undefined;
    this.#watch = undefined;
    this.#restartWanted = false;
  }

  /** One negotiation at a time; what is asked for meanwhile goes into the next. */
  #negotiate(): void {
    this.#wanted = true;
    if (this.#negotiating) return;
    this.#negotiating = true;
    // What is published in the same turn leaves in the same offer.
    queueMicrotask(() => void this.#negotiateAll());
  }

  async #negotiateAll(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      if (this.#tracks.size > 0 || this.#restartWanted) await this.#negotiateOnce();
    }
    this.#negotiating = false;
  }

  async #negotiateOnce(): Promise<void> {
    let connection: PeerConnection | undefined;
    try {
      connection = this.#connection ?? this.#open();
      await this.#occupySlots();
      await this.#exchange(connection);
      this.#unavailableRetries = 0;
      this.#watch?.check();
    } catch (error) {
      // A connection that was thrown away meanwhile has its successor to care for its tracks.
      if (connection === this.#connection) await this.#handleFailure(toClientError(error, 'negotiationFailed'));
    }
  }

  #open(): PeerConnection {
    const connection = this.#context.createPeerConnection();
    this.#connection = connection;
    this.#slots = new SenderSlots(connection);
    this.#watch = new IceWatch({
      connection,
      onState: (state) => this.#context.tellState('publish', state),
      onBroken: (remedy) => (remedy === 'fresh' ? this.rebuild() : this.restartIce()),
      canAct: () => this.#context.isJoined(),
    });
    return connection;
  }

  async #occupySlots(): Promise<void> {
    for (const track of this.#tracks) if (!this.#slots?.slotOf(track)) await this.#slots?.occupy(track);
  }

  /**
   * The offer leaves before it is applied, possibly together with the join: candidates are gathered only once the ICE
   * servers are known, and the server, being ICE-lite, does not need them.
   */
  async #exchange(connection: PeerConnection): Promise<void> {
    const iceRestart = this.#restartWanted;
    this.#restartWanted = false;
    const description = await connection.createOffer({ iceRestart });
    if (connection !== this.#connection) return;
    const { offer, tracks } = this.#describe(description.sdp ?? '');
    const reply = this.#context.request('offer', offer);
    // A join that fails takes the offer with it, and its ICE servers never come.
    await Promise.race([this.#context.iceServersKnown(), reply]);
    if (connection !== this.#connection) return void reply.catch(() => {});
    await Promise.all([connection.setLocalDescription(description), reply]);
    const { sdp = '', tracks: sections = [] } = await reply;
    if (connection !== this.#connection) return;
    const opus = opusParameters(tracks);
    await connection.setRemoteDescription({ type: 'answer', sdp: writeOpusParameters(sdp, opus) });
    if (connection === this.#connection) this.#takeResults(sections, tracks);
  }

  /**
   * Before the offer is applied a new transceiver does not know its mid; new sections stand at the end of the offer, in the
   * order in which their transceivers were added (RFC 9429 section 5.2.2).
   */
  #describe(sdp: string): { offer: PublishOffer; tracks: Map<string, LocalTrack> } {
    const slots = this.#slots?.all ?? [];
    const known = new Set(slots.map(({ transceiver }) => transceiver.mid));
    const added = midsOf(sdp).filter((mid) => !known.has(mid));
    const tracks = new Map<string, LocalTrack>();
    for (const { transceiver, track } of slots) {
      const mid = transceiver.mid ?? added.shift();
      if (track && mid !== undefined) tracks.set(mid, track);
    }
    const text = writeOpusParameters(sdp, opusParameters(tracks));
    return { offer: { connection: 'publish', sdp: text, tracks: [...tracks].map(describeTrack) }, tracks };
  }

  #takeResults(sections: PublishedSections, tracks: ReadonlyMap<string, LocalTrack>): void {
    for (const { mid, track: id, error } of sections) {
      const track = tracks.get(mid);
      if (!track) continue;
      if (!this.#tracks.has(track)) this.#endUnwanted(id);
      else if (id === undefined) this.#refuse(track, new CrosspointClientError(error ?? 'internalError'));
      else if (track.id !== id) this.#options.onPublished(track, id);
    }
  }

  /** A track that was unpublished while it was being offered has to be ended now that it has an id. */
  #endUnwanted(id: string | undefined): void {
    if (id === undefined) return;
    this.#context.request('unpublish', { track: id }).catch((error) => {
      this.#context.logger.debug('an unwanted track had ended already', { error: String(error) });
    });
  }

  #refuse(track: LocalTrack, error: CrosspointClientError): void {
    void this.remove(track);
    this.#options.onRefused(track, error);
  }

  /** What was new in the offer is refused; what was published before stays as it was. */
  async #handleFailure(error: CrosspointClientError): Promise<void> {
    this.#context.logger.warn('an offer failed', { code: error.code, cause: String(error.cause ?? error.message) });
    await this.#rollBack();
    if (error.code === 'mediaUnavailable' && this.#retryLater()) return;
    for (const track of [...this.#tracks]) if (track.id === undefined) this.#refuse(track, error);
  }

  async #rollBack(): Promise<void> {
    if (this.#connection?.signalingState !== 'have-local-offer') return;
    await this.#connection.setLocalDescription({ type: 'rollback' }).catch((error) => {
      this.#context.logger.warn('an offer could not be taken back', { error: String(error) });
    });
  }

  #retryLater(): boolean {
    this.#unavailableRetries += 1;
    this.#retryTimer = setTimeout(() => this.#negotiate(), unavailableRetryMs);
    return this.#unavailableRetries <= maxUnavailableRetries;
  }
}

function describeTrack([mid, track]: [string, LocalTrack]): PublishOffer['tracks'][number] {
  const { source, muted, metadata } = track;
  return { mid, source, muted, ...(Object.keys(metadata).length > 0 && { metadata }) };
}

function opusParameters(tracks: ReadonlyMap<string, LocalTrack>): Map<string, OpusParameters> {
  const audio = [...tracks].filter(([, track]) => track.kind === 'audio');
  return new Map(
    audio.map(([mid, { source, options }]) => {
      const music = source === 'screenAudio';
      return [mid, { dtx: options.dtx ?? !music, stereo: options.stereo ?? music }];
    }),
  );
}
