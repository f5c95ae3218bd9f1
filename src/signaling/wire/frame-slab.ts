import { QueuedFrame } from './outbox-entry.ts';
import { lengthOf, spaceForText, writeTextFrame } from './text-frame.ts';

const leastBytes = 65_536;
/** What a busy server fills in a turn; more is given back to the system. */
const mostBytes = 1_048_576;
/** Larger texts, such as what a big room is told when somebody joins it, get memory of their own; session descriptions do not. */
const sharedBelowChars = 8_192;

/**
 * Memory for texts that wait for the end of the turn, as frames. They are written when they are queued: strings that wait
 * would be carried along by the garbage collector, which was a good part of a join's cost while output is held.
 */
export class FrameSlab {
  #bytes: Buffer = Buffer.allocUnsafeSlow(leastBytes);
  #used = 0;

  /** The frame of a text in parts. */
  add(parts: readonly string[]): QueuedFrame {
    if (lengthOf(parts) >= sharedBelowChars) return frameOfItsOwn(parts);
    const space = spaceForText(parts);
    if (this.#used + space > this.#bytes.length) this.#renew();
    const from = this.#used;
    this.#used = writeTextFrame(this.#bytes, from, parts);
    return new QueuedFrame(this.#bytes, { from, to: this.#used });
  }

  /** Begins anew; no frame may be waiting. */
  clear(): void {
    this.#used = 0;
  }

  /** Frames that wait keep the old memory. */
  #renew(): void {
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(this.#bytes.length * 2, mostBytes));
    this.#used = 0;
  }
}

function frameOfItsOwn(parts: readonly string[]): QueuedFrame {
  const bytes = Buffer.allocUnsafeSlow(spaceForText(parts));
  return new QueuedFrame(bytes.subarray(0, writeTextFrame(bytes, 0, parts)));
}
