import { createCertificate, type DtlsCertificate } from '../../../../src/loadtest/media/dtls/certificate.ts';
import { MediaTicker } from '../../../../src/loadtest/media/media-ticker.ts';
import { Publisher } from '../../../../src/loadtest/media/publisher.ts';
import { Subscriber } from '../../../../src/loadtest/media/subscriber.ts';
import { events } from '../../../../src/protocol/events.ts';
import type { SignalingClient } from '../../../support/signaling-client.ts';

/** How long a visitor waits for media, which comes within milliseconds. */
const patienceMs = 10_000;

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

interface MediaVisitorOptions {
  client: SignalingClient;
  visitors: MediaVisitors;
  video: boolean;
}

/** Media of one visit, without a browser: real ICE, DTLS and SRTP with sound and picture that were encoded before. */
export class MediaVisitor {
  readonly #client: SignalingClient;
  readonly #publisher: Publisher;
  readonly #subscriber: Subscriber;
  readonly #connected = Promise.withResolvers<void>();
  readonly #heard = Promise.withResolvers<void>();
  #seenEvents = 0;

  constructor({ client, visitors: { certificate, ticker, tally }, video }: MediaVisitorOptions) {
    this.#client = client;
    const nothing = () => undefined;
    const onFailed = (reason: string) => tally.failures.push(reason);
    const common = { certificate, ticker, onIceConnected: nothing, onFailed };
    this.#publisher = new Publisher({
      ...{ ...common, audio: true, video, layers: 2, countSent: nothing },
      onConnected: () => {
        tally.connected += 1;
        this.#connected.resolve();
      },
    });
    this.#subscriber = new Subscriber({
      ...{ ...common, onConnected: nothing, onPacket: nothing },
      onFirstPacket: () => {
        tally.heard += 1;
        this.#heard.resolve();
      },
    });
    client.on('frame', () => this.#answerOffers());
    this.#answerOffers();
  }

  /** Publishes, and waits until the media can flow. */
  async publish(): Promise<void> {
    const { offer, tracks } = this.#publisher;
    const { sdp = '' } = await this.#client.request('offer', { connection: 'publish', sdp: offer, tracks });
    this.#publisher.accept(sdp);
    await inTime(this.#connected, 'The publish connection did not come up.');
  }

  /** Waits until somebody else was heard. */
  hear(): Promise<void> {
    return inTime(this.#heard, 'Nobody was heard.');
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

async function inTime({ promise, reject }: PromiseWithResolvers<void>, otherwise: string): Promise<void> {
  const timer = setTimeout(() => reject(new Error(otherwise)), patienceMs);
  await promise.finally(() => clearTimeout(timer));
}
