import { pingFrame } from '../websocket/frame-header.ts';
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

/** A frame that is complete already. */
export class QueuedFrame implements OutboxEntry {
  readonly byteLength: number;
  readonly worthSharing: boolean;
  readonly #bytes: Buffer;
  readonly #from: number;

  /** `part` says where in the bytes it is, which something else comes to stand in later; without it they are all the frame's. */
  constructor(bytes: Buffer, part?: { from: number; to: number }) {
    const { from, to } = part ?? { from: 0, to: bytes.length };
    this.#bytes = bytes;
    this.#from = from;
    this.byteLength = to - from;
    this.worthSharing = !part && this.byteLength > shareAboveBytes;
  }

  copyTo(target: Buffer, offset: number): number {
    return offset + this.#bytes.copy(target, offset, this.#from, this.#from + this.byteLength);
  }

  chunks(): Buffer[] {
    return [this.worthSharing ? this.#bytes : filled(this)];
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
