import { randomBytes } from 'node:crypto';
import type { DtlsCertificate } from './dtls/certificate.ts';
import type { MediaTicker } from './media-ticker.ts';
import { MediaTransport } from './media-transport.ts';
import { keyFrameRequests } from './rtcp.ts';
import { isRtcp } from './rtp.ts';
import { type OfferedStream, publishOffer, readRemoteTransport } from './sdp.ts';
import { AudioStream, type CountSent, VideoStream } from './send-streams.ts';
import { mediaSources, videoLayers } from './sources.ts';

export interface PublisherOptions {
  certificate: DtlsCertificate;
  ticker: MediaTicker;
  audio: boolean;
  video: boolean;
  /** Simulcast layers, 1 to 3. */
  layers: number;
  countSent: CountSent;
  onIceConnected: () => void;
  onConnected: () => void;
  onFailed: (reason: string) => void;
}

const randomSsrc = (): number => randomBytes(4).readUInt32BE() || 1;

/** Publishes the pre-encoded media on one transport. */
export class Publisher {
  readonly offer: string;
  readonly tracks: { mid: string; source: 'microphone' | 'camera' }[];
  readonly #options: PublisherOptions;
  readonly #transport: MediaTransport;
  readonly #streams: OfferedStream[] = [];
  readonly #sending: (AudioStream | VideoStream)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#transport = new MediaTransport(options.certificate, {
      onIceConnected: options.onIceConnected,
      onConnected: () => this.#start(),
      onFailed: options.onFailed,
      onMedia: (datagram) => this.#handleFeedback(datagram),
    });
    // A single layer is the largest one: plain VP8 in full size.
    const rids = options.layers === 1 ? [] : videoLayers.slice(0, options.layers).map(({ rid }) => rid);
    if (options.audio) this.#streams.push({ mid: '0', kind: 'audio', ssrc: randomSsrc(), rids: [] });
    if (options.video) this.#streams.push({ mid: '1', kind: 'video', ssrc: randomSsrc(), rids });
    this.offer = publishOffer(this.#streams, this.#transport.localIce, options.certificate.fingerprint);
    this.tracks = this.#streams.map(({ mid, kind }) => ({ mid, source: kind === 'audio' ? 'microphone' : 'camera' }));
  }

  /** Takes the server’s answer; false when it cannot be used. */
  accept(answer: string): boolean {
    const remote = readRemoteTransport(answer);
    if (remote) this.#transport.connect(remote);
    return remote !== undefined;
  }

  close(): void {
    for (const stream of this.#sending) this.#options.ticker.remove(stream);
    this.#transport.close();
  }

  #start(): void {
    this.#options.onConnected();
    const { ticker, countSent } = this.#options;
    // Publishers start at random moments of a frame, as people do; otherwise all their packets come in bursts.
    const startMs = performance.now() + Math.random() * 40;
    const common = { transport: this.#transport, startMs, countSent };
    const { audio, video } = mediaSources();
    for (const { mid, kind, ssrc, rids } of this.#streams) {
      if (kind === 'audio') this.#sending.push(new AudioStream({ ...common, mid, ssrc }, audio));
      else if (rids.length === 0)
        this.#sending.push(new VideoStream({ ...common, mid, ssrc, rid: undefined }, video.at(-1) ?? []));
      else {
        for (const [layer, rid] of rids.entries()) {
          this.#sending.push(new VideoStream({ ...common, mid, ssrc: randomSsrc(), rid }, video[layer] ?? []));
        }
      }
    }
    for (const stream of this.#sending) ticker.add(stream, startMs);
  }

  #handleFeedback(datagram: Buffer): void {
    if (!isRtcp(datagram)) return;
    const compound = this.#transport.receiver?.rtcp(datagram);
    if (!compound) return;
    for (const ssrc of keyFrameRequests(compound)) {
      const stream = this.#sending.find((candidate) => candidate.ssrc === ssrc);
      if (stream instanceof VideoStream) stream.restart();
    }
  }
}
