import type { EventBatch } from './event-batch.ts';

interface ReplayOptions {
  maxEvents: number;
  maxBytes: number;
}

export interface ReplayedEvents {
  batch: EventBatch;
  from: number;
  to: number;
  firstSeq: number;
}

const initialSlots = 4;

/**
 * The last events of a session, for a resume: a ring of references to the batches that hold them, bounded by number and
 * size. The slots are plain arrays because every member of a room gets an entry for every turn in which the room had
 * events, and an object for each would be work for the garbage collector.
 */
export class ReplayBuffer {
  readonly #options: ReplayOptions;
  #batches: (EventBatch | undefined)[] = [];
  #from: number[] = [];
  #to: number[] = [];
  #first = 0;
  #used = 0;
  #events = 0;
  #bytes = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Number of events that are kept. */
  get length(): number {
    return this.#events;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  push(batch: EventBatch, from: number, to: number): void {
    if (this.#used === this.#batches.length) this.#grow();
    const slot = (this.#first + this.#used) & (this.#batches.length - 1);
    this.#batches[slot] = batch;
    this.#from[slot] = from;
    this.#to[slot] = to;
    this.#used += 1;
    this.#events += to - from;
    this.#bytes += batch.byteLength(from, to);
    while (this.#events > this.#options.maxEvents || this.#bytes > this.#options.maxBytes) this.#dropOldest();
  }

  /** The events after `seq`, in order, where `lastSeq` is the number of the newest; undefined when some are gone. */
  eventsAfter(seq: number, lastSeq: number): ReplayedEvents[] | undefined {
    if (seq > lastSeq || seq < lastSeq - this.#events) return undefined;
    const runs: ReplayedEvents[] = [];
    let firstSeq = lastSeq - this.#events + 1;
    for (let index = 0; index < this.#used; index += 1) {
      const run = this.#runAt(index, firstSeq);
      firstSeq += run.to - run.from;
      const known = Math.min(Math.max(seq + 1 - run.firstSeq, 0), run.to - run.from);
      if (run.from + known < run.to) runs.push({ ...run, from: run.from + known, firstSeq: run.firstSeq + known });
    }
    return runs;
  }

  clear(): void {
    this.#batches = [];
    this.#from = [];
    this.#to = [];
    this.#first = this.#used = this.#events = this.#bytes = 0;
  }

  #runAt(index: number, firstSeq: number): ReplayedEvents {
    const slot = (this.#first + index) & (this.#batches.length - 1);
    const batch = this.#batches[slot];
    if (!batch) throw new RangeError('A slot of the replay buffer is empty.');
    return { batch, from: this.#from[slot] ?? 0, to: this.#to[slot] ?? 0, firstSeq };
  }

  #dropOldest(): void {
    const slot = this.#first;
    const from = this.#from[slot] ?? 0;
    const to = this.#to[slot] ?? 0;
    this.#events -= to - from;
    this.#bytes -= this.#batches[slot]?.byteLength(from, to) ?? 0;
    this.#batches[slot] = undefined;
    this.#first = (slot + 1) & (this.#batches.length - 1);
    this.#used -= 1;
  }

  /** Doubles the ring, whose size is always a power of two. */
  #grow(): void {
    const size = this.#batches.length;
    const capacity = Math.max(size * 2, initialSlots);
    const batches = new Array<EventBatch | undefined>(capacity).fill(undefined);
    const from = new Array<number>(capacity).fill(0);
    const to = new Array<number>(capacity).fill(0);
    for (let index = 0; index < size; index += 1) {
      const slot = (this.#first + index) & (size - 1);
      batches[index] = this.#batches[slot];
      from[index] = this.#from[slot] ?? 0;
      to[index] = this.#to[slot] ?? 0;
    }
    this.#batches = batches;
    this.#from = from;
    this.#to = to;
    this.#first = 0;
  }
}
