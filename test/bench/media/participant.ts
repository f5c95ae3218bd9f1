import type { DtlsCertificate } from '../../../src/loadtest/media/dtls/certificate.ts';
import type { MediaTicker } from '../../../src/loadtest/media/media-ticker.ts';
import { Publisher } from '../../../src/loadtest/media/publisher.ts';
import { Subscriber } from '../../../src/loadtest/media/subscriber.ts';

/** What participants of one process have in common. */
export interface Shared {
  certificate: DtlsCertificate;
  ticker: MediaTicker;
}

/** A headless participant, who sends sound and one layer of video, and receives what everybody else sends. */
export interface Counted {
  id: string;
  publisher: Publisher;
  subscriber: Subscriber;
  firstPacket: Promise<void>;
}

export function createParticipant(shared: Shared, id: string, onPacket: () => void): Counted {
  const { promise: firstPacket, resolve: onFirstPacket } = Promise.withResolvers<void>();
  const ignore = (): void => undefined;
  const common = {
    ...shared,
    onIceConnected: ignore,
    onConnected: ignore,
    onFailed: (reason: string) => console.error(`${id}: ${reason}`),
  };
  return {
    id,
    publisher: new Publisher({ ...common, audio: true, video: true, layers: 1, countSent: ignore }),
    subscriber: new Subscriber({ ...common, onFirstPacket, onPacket }),
    firstPacket,
  };
}
