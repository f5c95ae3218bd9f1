import type { EventBatch } from './event-batch.ts';
import type { EventFrames, EventRange } from './event-frames.ts';
import type { EncodedEvent, FrameEncoding } from './frame-encoding.ts';

/**
 * A batch's events in an encoding that some client has asked for. Each is encoded once for all of them, when it is first
 * needed: more events may still come to the batch then.
 */
export class EncodedEvents implements EventFrames {
  readonly encoding: FrameEncoding;
  readonly #events: EventBatch;
  readonly #encoded: EncodedEvent[] = [];

  constructor(events: EventBatch, encoding: FrameEncoding) {
    this.encoding = encoding;
    this.#events = events;
  }

  byteLength(from: number, to: number): number {
    let bytes = 0;
    for (let index = from; index < to; index += 1) bytes += this.#at(index).frame.length;
    return bytes;
  }

  copyTo(target: Buffer, offset: number, range: EventRange): number {
    let end = offset;
    for (let index = range.from; index < range.to; index += 1) {
      const { frame } = this.#at(index);
      target.set(frame, end);
      end += frame.length;
    }
    this.number(target, offset, range);
    return end;
  }

  number(target: Buffer, offset: number, { from, to, firstSeq }: EventRange): void {
    let start = offset;
    for (let index = from; index < to; index += 1) {
      const { frame, seqAt } = this.#at(index);
      this.encoding.writeSeq(target, start + seqAt, firstSeq + index - from);
      start += frame.length;
    }
  }

  chunksOf({ from, to, firstSeq }: EventRange): Buffer[] {
    const chunks: Buffer[] = [];
    for (let index = from; index < to; index += 1) {
      const { frame, tailAt, seqAt } = this.#at(index);
      const own = Buffer.from(frame.subarray(tailAt));
      this.encoding.writeSeq(own, seqAt - tailAt, firstSeq + index - from);
      chunks.push(frame.subarray(0, tailAt), own);
    }
    return chunks;
  }

  #at(index: number): EncodedEvent {
    const made = this.#encoded[index];
    if (made) return made;
    const event = this.encoding.encodeEvent(this.#events.headAt(index));
    this.#encoded[index] = event;
    return event;
  }
}
