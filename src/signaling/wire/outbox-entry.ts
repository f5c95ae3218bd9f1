import { headerBytes, pingFrame, writeTextHeader } from '../websocket/frame-header.ts';
import type { EventFrames, EventRange } from './event-frames.ts';

/** Frames larger than this on average are written without being copied for each receiver. */
const shareAboveBytes = 8_192;

/** Something that waits for the end of the turn. */
export interface OutboxEntry {
  readonly byteLength: number;
  /** Whether it is large and the same for several receivers. */
  readonly worthSharing: boolean;
  /** Writes its frames into `target`; returns the offset after them. */
  copyTo(target: Buffer, offset: number): number;
  /** The same bytes as a list, without a copy of what is shared. */
  chunks(): Buffer[];
}

/** Consecutive events of a batch, with the number that the first has for this receiver. */
export class QueuedEvents implements OutboxEntry, EventRange {
  readonly batch: EventFrames;
  readonly from: number;
  readonly to: number;
  readonly firstSeq: number;
  readonly byteLength: number;

  constructor(batch: EventFrames, from: number, to: number, firstSeq: number) {
    this.batch = batch;
    this.from = from;
    this.to = to;
    this.firstSeq = firstSeq;
    this.byteLength = batch.byteLength(from, to);
  }

  /** Whether another receiver's bytes differ only in the numbers. */
  sameBytesAs(other: QueuedEvents): boolean {
    return this.batch === other.batch && this.from === other.from && this.to === other.to;
  }

  get worthSharing(): boolean {
    return this.byteLength > shareAboveBytes * (this.to - this.from);
  }

  copyTo(target: Buffer, offset: number): number {
    return this.batch.copyTo(target, offset, this);
  }

  chunks(): Buffer[] {
    return this.worthSharing ? this.batch.chunksOf(this) : [filled(this)];
  }
}

interface TextParts {
  readonly text: string;
  /** Size of the text, where it is known; measuring it takes as long as writing it. */
  readonly textBytes?: number;
  /** What stands behind it, without anything beyond ASCII. */
  readonly tail?: string;
}

/** One JSON text in a frame of its own. */
export class QueuedText implements OutboxEntry {
  readonly byteLength: number;
  readonly worthSharing = false;
  readonly #text: string;
  readonly #textBytes: number;
  readonly #tail: string;

  constructor({ text, textBytes = Buffer.byteLength(text), tail = '' }: TextParts) {
    this.#text = text;
    this.#textBytes = textBytes;
    this.#tail = tail;
    const payloadBytes = textBytes + tail.length;
    this.byteLength = headerBytes(payloadBytes) + payloadBytes;
  }

  copyTo(target: Buffer, offset: number): number {
    const start = writeTextHeader(target, offset, this.#textBytes + this.#tail.length);
    // Of one byte each, characters are ASCII, and need no encoding.
    target.write(this.#text, start, this.#textBytes === this.#text.length ? 'latin1' : 'utf8');
    return start + this.#textBytes + target.write(this.#tail, start + this.#textBytes, 'latin1');
  }

  chunks(): Buffer[] {
    return [filled(this)];
  }
}

/** A frame that is complete already. */
export class QueuedFrame implements OutboxEntry {
  readonly byteLength: number;
  readonly worthSharing: boolean;
  readonly #frame: Buffer;

  constructor(frame: Buffer) {
    this.#frame = frame;
    this.byteLength = frame.length;
    this.worthSharing = frame.length > shareAboveBytes;
  }

  copyTo(target: Buffer, offset: number): number {
    target.set(this.#frame, offset);
    return offset + this.byteLength;
  }

  chunks(): Buffer[] {
    return [this.#frame];
  }
}

/** A WebSocket ping. */
export const queuedPing: OutboxEntry = {
  byteLength: pingFrame.length,
  worthSharing: false,
  copyTo: (target, offset) => {
    target.set(pingFrame, offset);
    return offset + pingFrame.length;
  },
  chunks: () => [pingFrame],
};

function filled(entry: OutboxEntry): Buffer {
  const target = Buffer.allocUnsafeSlow(entry.byteLength);
  entry.copyTo(target, 0);
  return target;
}
