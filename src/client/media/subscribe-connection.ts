import type { EventParams } from '../../protocol/events.ts';
import type { PeerConnection } from '../platform.ts';
import { IceWatch } from './ice-watch.ts';
import type { MediaContext } from './media-context.ts';
import { acceptStereo, userFragmentOf } from './sdp-text.ts';

export type SubscribeOffer = Extract<EventParams<'offer'>, { connection: 'subscribe' }>;

export interface SubscribeConnectionOptions {
  context: MediaContext;
  /** Which media arrive now, by track id; told after every change. */
  onReceived: (received: ReadonlyMap<string, MediaStreamTrack>) => void;
}

/** A server that goes on sending offers this browser cannot take is not asked for ever. */
const maxFailures = 3;

/** The connection on which the server offers what this client receives. */
export class SubscribeConnection {
  readonly #context: MediaContext;
  readonly #onReceived: SubscribeConnectionOptions['onReceived'];
  #connection: PeerConnection | undefined;
  #watch: IceWatch | undefined;
  #newest: SubscribeOffer | undefined;
  #answering = false;
  #failures = 0;
  /** Offers with this user fragment belong to a transport that the server has been asked to forget. */
  #forgotten: string | undefined;
  #userFragment: string | undefined;

  constructor({ context, onReceived }: SubscribeConnectionOptions) {
    this.#context = context;
    this.#onReceived = onReceived;
  }

  get peerConnection(): PeerConnection | undefined {
    return this.#connection;
  }

  /** Answers offers one after the other; of those that arrive meanwhile only the newest matters. */
  handleOffer(offer: SubscribeOffer): void {
    const userFragment = userFragmentOf(offer.sdp);
    if (this.#forgotten !== undefined && userFragment === this.#forgotten) return;
    this.#newest = offer;
    void this.#answerAll();
  }

  /** Asks the server for new ICE credentials; its next offer brings them. */
  restartIce(): void {
    if (!this.#connection) return;
    this.#ask(false);
  }

  /** Looks at the path again, now that the server can be asked. */
  check(): void {
    this.#watch?.check();
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#connection?.setConfiguration(configuration);
  }

  /** Forgets the connection; the server's next offer begins a new one. */
  reset(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#newest = undefined;
    this.#watch?.stop();
    this.#watch = undefined;
    this.#userFragment = undefined;
    this.#forgotten = undefined;
    connection?.close();
    if (connection) this.#onReceived(new Map());
  }

  async #answerAll(): Promise<void> {
    if (this.#answering) return;
    this.#answering = true;
    while (this.#newest) {
      const offer = this.#newest;
      this.#newest = undefined;
      await this.#answer(offer).catch((error) => this.#handleFailure(error));
    }
    this.#answering = false;
  }

  async #answer(offer: SubscribeOffer): Promise<void> {
    const connection = this.#connection ?? this.#open();
    await connection.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    const answer = await connection.createAnswer();
    if (connection !== this.#connection) return;
    const sdp = acceptStereo(answer.sdp ?? '', offer.sdp);
    this.#userFragment = userFragmentOf(offer.sdp);
    const { negotiation } = offer;
    const acknowledged = this.#context.request('answer', { connection: 'subscribe', negotiation, sdp });
    const applied = connection.setLocalDescription({ type: 'answer', sdp });
    this.#tellReceived(connection, offer);
    await Promise.all([acknowledged, applied]);
    this.#failures = 0;
    this.#watch?.check();
  }

  #open(): PeerConnection {
    const connection = this.#context.createPeerConnection();
    this.#connection = connection;
    this.#watch = new IceWatch({
      connection,
      onState: (state) => this.#context.tellState('subscribe', state),
      onBroken: (remedy) => this.#ask(remedy === 'fresh'),
      canAct: () => this.#context.isJoined(),
    });
    return connection;
  }

  #tellReceived(connection: PeerConnection, offer: SubscribeOffer): void {
    const trackIds = new Map(offer.tracks.map(({ mid, track }) => [mid, track]));
    const received = new Map<string, MediaStreamTrack>();
    for (const transceiver of connection.getTransceivers()) {
      const trackId = trackIds.get(transceiver.mid ?? '');
      if (trackId !== undefined) received.set(trackId, transceiver.receiver.track);
    }
    this.#onReceived(received);
  }

  #ask(fresh: boolean): void {
    if (fresh) {
      const forgotten = this.#userFragment;
      this.reset();
      this.#forgotten = forgotten;
    }
    this.#context.logger.info('restarting the path', { connection: 'subscribe', fresh });
    this.#context.request('restartIce', { connection: 'subscribe', fresh }).catch((error) => {
      this.#context.logger.warn('restart was refused', { connection: 'subscribe', error: String(error) });
    });
  }

  /** An answer that came too late is replaced by the next; anything else needs a new connection. */
  #handleFailure(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'staleNegotiation' || code === 'connectionNotFound' || !this.#connection) return;
    this.#context.logger.warn('an offer could not be answered', { code, error: String(error) });
    if (code === 'connectionLost' || code === 'sessionLost' || code === 'left') return;
    this.#failures += 1;
    if (this.#failures <= maxFailures) this.#ask(true);
  }
}
