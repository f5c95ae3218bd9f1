import { createCertificate, type DtlsCertificate } from '../../../../src/loadtest/media/dtls/certificate.ts';
import { MediaTicker } from '../../../../src/loadtest/media/media-ticker.ts';
import { Publisher } from '../../../../src/loadtest/media/publisher.ts';
import { Subscriber } from '../../../../src/loadtest/media/subscriber.ts';
import { events } from '../../../../src/protocol/events.ts';
import type { SignalingClient } from '../../../support/signaling-client.ts';

/** How long a visitor waits for the own media; whoever else is there may have left by then. */
const patienceMs = 5_000;

/** How far visitors got, all together. */
export interface MediaTally {
  /** Publish connections over which ICE, DTLS and SRTP were up. */
  connected: number;
  /** Subscribe connections on which packets of somebody else were received and opened. */
  heard: number;
  failures: string[];
}

/** What visitors with media share. */
export class MediaVisitors {
  readonly ticker = new MediaTicker();
  readonly tally: MediaTally = { connected: 0, heard: 0, failures: [] };
  readonly certificate: DtlsCertificate;

  private constructor(certificate: DtlsCertificate) {
    this.certificate = certificate;
  }

  static async create(): Promise<MediaVisitors> {
    return new MediaVisitors(await createCertificate());
  }
}

/** Media of one visit, without a browser: real ICE, DTLS and SRTP with sound and picture that were encoded before. */
export class MediaVisitor {
  readonly #client: SignalingClient;
  readonly #publisher: Publisher;
  readonly #subscriber: Subscriber;
  readonly #connected = Promise.withResolvers<void>();
  #seenEvents = 0;

  constructor(client: SignalingClient, { certificate, ticker, tally }: MediaVisitors) {
    this.#client = client;
    const onFailed = (reason: string) => tally.failures.push(reason);
    const nothing = () => undefined;
    this.#publisher = new Publisher({
      ...{
        certificate,
        ticker,
        audio: true,
        video: true,
        layers: 2,
        countSent: nothing,
        onIceConnected: nothing,
        onFailed,
      },
      onConnected: () => {
        tally.connected += 1;
        this.#connected.resolve();
      },
    });
    this.#subscriber = new Subscriber({
      ...{ certificate, ticker, onIceConnected: nothing, onConnected: nothing, onPacket: nothing, onFailed },
      onFirstPacket: () => {
        tally.heard += 1;
      },
    });
    client.on('frame', () => this.#answerOffers());
  }

  /** Publishes, and waits until the media flows. */
  async publish(): Promise<void> {
    const { offer, tracks } = this.#publisher;
    const { sdp = '' } = await this.#client.request('offer', { connection: 'publish', sdp: offer, tracks });
    this.#publisher.accept(sdp);
    const timer = setTimeout(() => this.#connected.reject(new Error('The media did not connect.')), patienceMs);
    await this.#connected.promise.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.#publisher.close();
    this.#subscriber.close();
  }

  #answerOffers(): void {
    for (const { method, params } of this.#client.events.slice(this.#seenEvents)) {
      this.#seenEvents += 1;
      if (method !== 'offer') continue;
      const offer = events.offer.params.parse(params);
      if (!('connection' in offer)) continue;
      const { connection, negotiation } = offer;
      const sdp = this.#subscriber.answer(offer);
      if (sdp !== undefined) this.#client.send('answer', { connection, negotiation, sdp });
    }
  }
}
