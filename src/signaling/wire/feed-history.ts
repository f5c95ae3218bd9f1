import type { EventBatch } from './event-batch.ts';

/** How much is kept for resumes. */
export interface HistoryLimits {
  maxEvents: number;
  maxBytes: number;
}

/** A part of a batch. */
export interface BatchPart {
  batch: EventBatch;
  from: number;
  to: number;
}

interface KeptBatch {
  readonly batch: EventBatch;
  /** Number of events of the feed before it. */
  readonly start: number;
}

/**
 * The last events of a room, from which its sessions are brought up to date when they are resumed. All of them share it:
 * an event costs each member nothing while it is connected. Bounded by number and size.
 */
export class FeedHistory {
  readonly #limits: HistoryLimits;
  #kept: KeptBatch[] = [];
  /** Entries before it have been given up. */
  #first = 0;
  #bytes = 0;
  #end = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** Number of events before the oldest that is kept. */
  get start(): number {
    return this.#kept[this.#first]?.start ?? this.#end;
  }

  /** Adds a batch that comes right after the one before. */
  push(batch: EventBatch): void {
    this.#kept.push({ batch, start: this.#end });
    this.#end += batch.length;
    this.#bytes += batch.byteLength(0, batch.length);
    const { maxEvents, maxBytes } = this.#limits;
    while (this.#end - this.start > maxEvents || this.#bytes > maxBytes) this.#dropOldest();
  }

  /** The events from one position of the feed to another; undefined when some are gone. */
  between(from: number, to: number): BatchPart[] | undefined {
    if (from < this.start) return undefined;
    if (from >= to) return [];
    const parts: BatchPart[] = [];
    for (let index = this.#indexOf(from); index < this.#kept.length; index += 1) {
      const kept = this.#kept[index];
      if (!kept || kept.start >= to) break;
      const { batch, start } = kept;
      parts.push({ batch, from: Math.max(from - start, 0), to: Math.min(to - start, batch.length) });
    }
    return parts;
  }

  /** Where the batch is that has an event; found by halving, because a room may keep a thousand batches. */
  #indexOf(position: number): number {
    let low = this.#first;
    let high = this.#kept.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#kept[middle]?.start ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #dropOldest(): void {
    const oldest = this.#kept[this.#first];
    if (!oldest) return;
    this.#bytes -= oldest.batch.byteLength(0, oldest.batch.length);
    this.#first += 1;
    if (this.#first * 2 < this.#kept.length) return;
    this.#kept = this.#kept.slice(this.#first);
    this.#first = 0;
  }
}
