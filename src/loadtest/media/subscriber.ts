import { randomBytes } from 'node:crypto';
import type { DtlsCertificate } from './dtls/certificate.ts';
import type { MediaTicker, Paced } from './media-ticker.ts';
import { MediaTransport } from './media-transport.ts';
import { ReceiveStream } from './receive-stream.ts';
import { encodeReceiverReport, senderReports } from './rtcp.ts';
import { isRtcp, readUint16Extension, rtpHeaderBytes } from './rtp.ts';
import { offeredStreams, readRemoteTransport, subscribeAnswer, transportSequenceId } from './sdp.ts';
import { TransportFeedback } from './transport-feedback.ts';

const feedbackMs = 100;
const reportMs = 1_000;

export interface SubscriberOptions {
  certificate: DtlsCertificate;
  ticker: MediaTicker;
  onIceConnected: () => void;
  onConnected: () => void;
  onFirstPacket: () => void;
  onPacket: (bytes: number) => void;
  onFailed: (reason: string) => void;
}

export interface ReceptionSummary {
  lost: number;
  jitterMs: number[];
}

/**
 * Receives what the server sends on one transport: counts, reports and asks for more, but does not decode. Only the first
 * packet of each stream is opened, which proves the keys; opening all would halve what a core can carry.
 */
export class Subscriber implements Paced {
  readonly #options: SubscriberOptions;
  readonly #transport: MediaTransport;
  readonly #feedback = new TransportFeedback();
  readonly #ssrc = randomBytes(4).readUInt32BE() || 1;
  readonly #streams = new Map<number, ReceiveStream>();
  /** Clock rates and sections of the streams that were announced. */
  #announced = new Map<number, { mid: string; clockRate: number }>();
  readonly #everHeard = new Set<number>();
  readonly #heardTracks = new Set<string>();
  #trackOfMid = new Map<string, string>();
  #sequenceId: number | undefined;
  #nextReportMs = 0;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#transport = new MediaTransport(options.certificate, {
      onIceConnected: options.onIceConnected,
      onConnected: () => this.#start(),
      onFailed: options.onFailed,
      onMedia: (datagram) => this.#receive(datagram),
    });
  }

  /** Takes an offer and gives the answer; undefined when the offer cannot be used. */
  answer({ sdp, tracks }: { sdp: string; tracks: { mid: string; track: string }[] }): string | undefined {
    const remote = readRemoteTransport(sdp);
    if (!remote) return undefined;
    this.#announced = new Map(offeredStreams(sdp).map(({ ssrc, mid, clockRate }) => [ssrc, { mid, clockRate }]));
    this.#trackOfMid = new Map(tracks.map(({ mid, track }) => [mid, track]));
    this.#sequenceId = transportSequenceId(sdp);
    this.#transport.connect(remote);
    return subscribeAnswer(sdp, this.#transport.localIce, this.#options.certificate.fingerprint);
  }

  /** Tracks of which at least one packet has come, also those that have ended since. */
  get heardTracks(): ReadonlySet<string> {
    return this.#heardTracks;
  }

  summary(): ReceptionSummary {
    const streams = [...this.#streams.values()];
    return {
      lost: streams.reduce((sum, { lost }) => sum + lost, 0),
      jitterMs: streams.map(({ jitterMs }) => jitterMs),
    };
  }

  sendDue(nowMs: number): number {
    const [mediaSsrc = 0] = this.#streams.keys();
    const feedback = this.#feedback.take({ senderSsrc: this.#ssrc, mediaSsrc });
    if (feedback) this.#sendRtcp(feedback);
    if (nowMs >= this.#nextReportMs && this.#streams.size > 0) {
      this.#nextReportMs = nowMs + reportMs;
      this.#sendRtcp(
        encodeReceiverReport(
          this.#ssrc,
          [...this.#streams.values()].map((stream) => stream.report(nowMs)),
        ),
      );
    }
    return nowMs + feedbackMs;
  }

  close(): void {
    this.#options.ticker.remove(this);
    this.#transport.close();
  }

  #start(): void {
    this.#options.onConnected();
    this.#options.ticker.add(this, performance.now() + feedbackMs);
  }

  #sendRtcp(packet: Buffer): void {
    const sealed = this.#transport.sender?.rtcp(packet);
    if (sealed) this.#transport.send(sealed);
  }

  #receive(datagram: Buffer): void {
    const nowMs = performance.now();
    if (datagram.length < 12) return;
    if (isRtcp(datagram)) this.#receiveReports(datagram, nowMs);
    else this.#receivePacket(datagram, nowMs);
  }

  #receivePacket(packet: Buffer, nowMs: number): void {
    if (this.#sequenceId !== undefined) {
      const sequence = readUint16Extension(packet, this.#sequenceId);
      if (sequence !== undefined) this.#feedback.arrived(sequence, nowMs);
    }
    const ssrc = packet.readUInt32BE(8);
    const rollover = this.#stream(ssrc)?.add(packet, nowMs);
    // What was not announced is repair or probing.
    if (rollover === undefined) return;
    if (!this.#everHeard.has(ssrc)) this.#firstOf(ssrc, packet, rollover);
    this.#options.onPacket(packet.length);
  }

  #stream(ssrc: number): ReceiveStream | undefined {
    const known = this.#streams.get(ssrc);
    const announced = this.#announced.get(ssrc);
    if (known || !announced) return known;
    const stream = new ReceiveStream(ssrc, announced.clockRate);
    this.#streams.set(ssrc, stream);
    return stream;
  }

  #firstOf(ssrc: number, packet: Buffer, rollover: number): void {
    if (!this.#transport.receiver?.rtp(packet, rtpHeaderBytes(packet), rollover)) {
      this.#options.onFailed('SRTP: a packet is not authentic');
      return;
    }
    this.#everHeard.add(ssrc);
    const track = this.#trackOfMid.get(this.#announced.get(ssrc)?.mid ?? '');
    if (track !== undefined) this.#heardTracks.add(track);
    if (this.#everHeard.size === 1) this.#options.onFirstPacket();
  }

  #receiveReports(datagram: Buffer, nowMs: number): void {
    const compound = this.#transport.receiver?.rtcp(datagram);
    if (!compound) return;
    for (const { ssrc, middleNtp } of senderReports(compound)) {
      this.#streams.get(ssrc)?.noteSenderReport(middleNtp, nowMs);
    }
  }
}
