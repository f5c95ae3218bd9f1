import { payloadBytesOf } from '../websocket/frame-header.ts';
import { EncodedEvents } from './encoded-events.ts';
import type { EventFrames, EventRange } from './event-frames.ts';
import type { FrameEncoding } from './frame-encoding.ts';
import type { FrameMemory } from './frame-memory.ts';
import { seqDigits, seqTail, writeDigits } from './sequence-number.ts';
import { spaceForText, writeTextFrame } from './text-frame.ts';
import type { Utf8Text } from './text-log.ts';

const nothing = Buffer.alloc(0);

/**
 * Events that went to the same receivers in one turn of the event loop, serialised and framed once. What differs
 * between receivers is only the sequence number, and that has a place of fixed width in the frame: a receiver's bytes
 * are one copy of the whole with the numbers filled in. Memory is shared by the send queues of all.
 */
export class EventBatch implements EventFrames {
  readonly #memory: FrameMemory;
  #bytes: Buffer = nothing;
  /** Sockets may have parts of the memory in their queues. */
  #isShared = false;
  /** Offset after each frame. */
  readonly #ends: number[] = [];
  /** The same events for clients that have asked for another encoding, made when the first of them is due. */
  #encoded: EncodedEvents[] | undefined;

  constructor(memory: FrameMemory) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#ends.length;
  }

  /** Adds an event, given as the parts of its text up to the value of `seq`, which are not needed any more. */
  append(parts: string[]): void {
    parts.push(seqTail);
    const start = this.#offset(this.length);
    this.#reserve(start, spaceForText(parts));
    this.#ends.push(writeTextFrame(this.#bytes, start, parts));
  }

  /** Size of the frames `from` (included) to `to` (excluded). */
  byteLength(from: number, to: number): number {
    return this.#offset(to) - this.#offset(from);
  }

  /** Copies frames into `target`, numbered from `firstSeq`; returns the offset after them. */
  copyTo(target: Buffer, offset: number, { from, to, firstSeq }: EventRange): number {
    const start = this.#offset(from);
    const end = this.#offset(to);
    this.#bytes.copy(target, offset, start, end);
    this.number(target, offset, { from, to, firstSeq });
    return offset + end - start;
  }

  /** Writes the sequence numbers into frames that `copyTo` has put there, over those of another receiver. */
  number(target: Buffer, offset: number, { from, to, firstSeq }: EventRange): void {
    const start = this.#offset(from);
    for (let index = from; index < to; index += 1) {
      writeDigits(target, offset + this.#offset(index + 1) - start - 2, firstSeq + index - from);
    }
  }

  /** The same frames without a copy of what is shared: for large frames, where copying costs more than a longer list. */
  chunksOf({ from, to, firstSeq }: EventRange): Buffer[] {
    this.#isShared = true;
    const chunks: Buffer[] = [];
    for (let index = from; index < to; index += 1) {
      const end = this.#offset(index + 1);
      const number = Buffer.from(seqTail, 'latin1');
      writeDigits(number, seqDigits - 1, firstSeq + index - from);
      chunks.push(this.#bytes.subarray(this.#offset(index), end - seqTail.length), number);
    }
    return chunks;
  }

  /** The same events in another encoding. */
  encodedAs(encoding: FrameEncoding): EventFrames {
    this.#encoded ??= [];
    const made = this.#encoded.find((events) => events.encoding === encoding);
    if (made) return made;
    const events = new EncodedEvents(this, encoding);
    this.#encoded.push(events);
    return events;
  }

  /** The text of an event up to the value of `seq`. */
  headAt(index: number): string {
    const { bytes, from, to } = this.headBytesAt(index);
    return bytes.toString('utf8', from, to);
  }

  /** The same as part of the frames. */
  headBytesAt(index: number): Utf8Text {
    const start = this.#offset(index);
    const end = this.#offset(index + 1);
    return { bytes: this.#bytes, from: end - payloadBytesOf(end - start), to: end - seqTail.length };
  }

  #offset(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
  }

  /** Gives the memory back; nobody may look at the batch any more. */
  release(): void {
    if (!this.#isShared) this.#memory.give(this.#bytes);
    this.#bytes = nothing;
  }

  #reserve(used: number, space: number): void {
    if (used + space <= this.#bytes.length) return;
    // At least twice as much, so that a batch of any number of events is copied but once on average.
    const bytes = this.#memory.take(Math.max(used + space, this.#bytes.length * 2));
    this.#bytes.copy(bytes, 0, 0, used);
    this.release();
    this.#bytes = bytes;
  }
}
