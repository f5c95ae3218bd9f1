import { headerBytes, payloadBytesOf, writeTextHeader } from '../websocket/frame-header.ts';
import { EncodedEvents } from './encoded-events.ts';
import type { EventFrames, EventRange } from './event-frames.ts';
import type { FrameEncoding } from './frame-encoding.ts';
import { seqDigits, seqTail, writeDigits } from './sequence-number.ts';

/**
 * Events that went to the same receivers in one turn of the event loop, serialised and framed once. What differs
 * between receivers is only the sequence number, and that has a place of fixed width in the frame: a receiver's bytes
 * are one copy of the whole with the numbers filled in. Memory is shared by the send queues of all.
 */
export class EventBatch implements EventFrames {
  #heads: string[] = [];
  /** Offset after each frame. */
  readonly #ends: number[] = [];
  #bytes: Buffer | undefined;
  /** The same events for clients that have asked for another encoding, made when the first of them is due. */
  #encoded: EncodedEvents[] | undefined;

  get length(): number {
    return this.#ends.length;
  }

  /** Adds an event: its text up to the value of `seq`. Not allowed once bytes were taken. */
  append(head: string): void {
    const payloadBytes = Buffer.byteLength(head) + seqTail.length;
    this.#heads.push(head);
    this.#ends.push(this.#offset(this.length) + headerBytes(payloadBytes) + payloadBytes);
  }

  /** Size of the frames `from` (included) to `to` (excluded). */
  byteLength(from: number, to: number): number {
    return this.#offset(to) - this.#offset(from);
  }

  /** Copies frames into `target`, numbered from `firstSeq`; returns the offset after them. */
  copyTo(target: Buffer, offset: number, { from, to, firstSeq }: EventRange): number {
    const start = this.#offset(from);
    const end = this.#offset(to);
    target.set(this.#seal().subarray(start, end), offset);
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
    const bytes = this.#seal();
    const chunks: Buffer[] = [];
    for (let index = from; index < to; index += 1) {
      const end = this.#offset(index + 1);
      const number = Buffer.from(seqTail, 'latin1');
      writeDigits(number, seqDigits - 1, firstSeq + index - from);
      chunks.push(bytes.subarray(this.#offset(index), end - seqTail.length), number);
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
    return this.#bytes ? this.headBytesAt(index).toString() : (this.#heads[index] ?? '');
  }

  /** The same as bytes. */
  headBytesAt(index: number): Buffer {
    const start = this.#offset(index);
    const end = this.#offset(index + 1);
    return this.#seal().subarray(end - payloadBytesOf(end - start), end - seqTail.length);
  }

  #offset(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
  }

  #seal(): Buffer {
    if (this.#bytes) return this.#bytes;
    const bytes = Buffer.allocUnsafe(this.#offset(this.length));
    let offset = 0;
    this.#heads.forEach((head, index) => {
      const end = this.#offset(index + 1);
      const payloadBytes = payloadBytesOf(end - offset);
      offset = writeTextHeader(bytes, offset, payloadBytes);
      offset += bytes.write(head, offset);
      offset += bytes.write(seqTail, offset, 'latin1');
    });
    this.#heads = [];
    this.#bytes = bytes;
    return bytes;
  }
}
