import type { Paced } from './media-ticker.ts';
import type { MediaTransport } from './media-transport.ts';
import { encodeSenderReport } from './rtcp.ts';
import { encodeExtensions, encodeRtp, type HeaderExtension } from './rtp.ts';
import { extensionIds, payloadTypes } from './sdp.ts';
import { type EncodedFrame, numberVp8 } from './sources.ts';

const reportMs = 1_000;
/** The server needs a report of each layer before it can change between them. */
const firstReportMs = 50;
const cname = 'load';
const fixedHeaderBytes = 12;

/** Counts what a publisher sends. */
export type CountSent = (packets: number, bytes: number) => void;

interface StreamOptions {
  transport: MediaTransport;
  ssrc: number;
  payloadType: number;
  clockRate: number;
  extensions: HeaderExtension[];
  frameMs: number;
  startMs: number;
  countSent: CountSent;
}

/** Numbers, seals and sends the packets of one stream, and reports on it every second. */
abstract class SendStream implements Paced {
  readonly #options: StreamOptions;
  readonly #extensions: Buffer;
  #frame = 0;
  #sequence = 0;
  #rollover = 0;
  #packets = 0;
  #bytes = 0;
  #nextReportMs: number;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#extensions = encodeExtensions(options.extensions);
    this.#nextReportMs = options.startMs + firstReportMs;
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  sendDue(nowMs: number): number {
    const { startMs, frameMs } = this.#options;
    while (startMs + this.#frame * frameMs <= nowMs) {
      const payloads = this.nextFrame(this.#frame);
      for (const [index, payload] of payloads.entries()) this.#sendPacket(payload, index === payloads.length - 1);
      this.#frame++;
    }
    if (nowMs >= this.#nextReportMs) this.#sendReport(nowMs);
    return startMs + this.#frame * frameMs;
  }

  protected abstract nextFrame(number: number): Buffer[];

  #sendPacket(payload: Buffer, last: boolean): void {
    const { transport, ssrc, payloadType, clockRate, frameMs, countSent } = this.#options;
    const timestamp = this.#frame * frameMs * (clockRate / 1000);
    const fields = { payloadType, marker: last, sequence: this.#sequence, timestamp, ssrc };
    const packet = encodeRtp(fields, this.#extensions, payload);
    const sealed = transport.sender?.rtp(packet, fixedHeaderBytes + this.#extensions.length, this.#rollover);
    if (!sealed) return;
    transport.send(sealed);
    countSent(1, sealed.length);
    this.#packets++;
    this.#bytes += payload.length;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (this.#sequence === 0) this.#rollover++;
  }

  #sendReport(nowMs: number): void {
    const { transport, ssrc, clockRate, startMs } = this.#options;
    this.#nextReportMs = nowMs + reportMs;
    const timestamp = Math.round((nowMs - startMs) * (clockRate / 1000));
    const report = {
      ssrc,
      nowMs: performance.timeOrigin + nowMs,
      timestamp,
      packets: this.#packets,
      bytes: this.#bytes,
    };
    const sealed = transport.sender?.rtcp(encodeSenderReport(report, cname));
    if (sealed) transport.send(sealed);
  }
}

type CommonOptions = Pick<StreamOptions, 'transport' | 'ssrc' | 'startMs' | 'countSent'> & { mid: string };

const midExtension = (mid: string): HeaderExtension => ({ id: extensionIds.mid, value: Buffer.from(mid) });

/** Opus, a packet every 20 ms. */
export class AudioStream extends SendStream {
  readonly #packets: Buffer[];

  constructor(options: CommonOptions, packets: Buffer[]) {
    // A voice at -30 dBov, with the voice flag (RFC 6464), so that active-speaker detection has something to do.
    const level = { id: extensionIds.audioLevel, value: Buffer.from([0x80 | 30]) };
    const extensions = [level, midExtension(options.mid)];
    super({ ...options, extensions, payloadType: payloadTypes.opus, clockRate: 48_000, frameMs: 20 });
    this.#packets = packets;
  }

  protected nextFrame(number: number): Buffer[] {
    return [this.#packets[number % this.#packets.length] ?? Buffer.alloc(0)];
  }
}

/** VP8 at 25 frames a second, one stream for each simulcast layer. */
export class VideoStream extends SendStream {
  readonly #frames: EncodedFrame[];
  #position = 0;
  #pictureId = 0;

  constructor(options: CommonOptions & { rid: string | undefined }, frames: EncodedFrame[]) {
    const rid = options.rid === undefined ? [] : [{ id: extensionIds.rid, value: Buffer.from(options.rid) }];
    const extensions = [midExtension(options.mid), ...rid];
    super({ ...options, extensions, payloadType: payloadTypes.vp8, clockRate: 90_000, frameMs: 40 });
    this.#frames = frames;
  }

  /** Answers a request for a key frame: the loop begins with one. */
  restart(): void {
    this.#position = 0;
  }

  protected nextFrame(): Buffer[] {
    const { payloads } = this.#frames[this.#position % this.#frames.length] ?? { payloads: [] };
    this.#position++;
    // All publishers share the payloads; they are copied when sent, so their numbers may be written in place.
    for (const payload of payloads) numberVp8(payload, this.#pictureId);
    this.#pictureId++;
    return payloads;
  }
}
