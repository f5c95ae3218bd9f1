import { Roster, type RosterMember } from '../../shared/roster.ts';
import { EventBatch } from './event-batch.ts';
import type { HistoryLimits } from './history-limits.ts';
import type { SendArena } from './send-arena.ts';
import { TextLog } from './text-log.ts';
import type { TurnFlusher } from './turn-flusher.ts';

/** Who gets a room's events. */
export interface FeedReader extends RosterMember {
  /** Number of events of the feed that it has had, or that were not for it. Kept by the feed. */
  feedPosition: number;
  /** Takes events of a batch, the last of which is at its position now. */
  accept(batch: EventBatch, from: number, to: number): void;
  /** Writes what it has accepted, while all of it is still in the processor's cache. */
  flush(arena: SendArena): void;
}

/**
 * The events that go to all members of a room. They are collected for a turn of the event loop; publishing one costs the
 * same in a room of two and of a thousand. Members are visited once, at the end of the turn, or earlier when they must
 * get something else in between, so that everyone sees all events in the order in which they happened.
 */
export class RoomFeed {
  readonly #flusher: TurnFlusher;
  readonly #readers = new Roster<FeedReader>();
  #open: EventBatch | undefined;
  /** Events published before the open batch. */
  #base = 0;

  /** What was distributed before the open batch. */
  readonly #history: TextLog;

  constructor(flusher: TurnFlusher, history: HistoryLimits) {
    this.#flusher = flusher;
    this.#history = new TextLog(history);
  }

  /** Position of the oldest event that is kept for resumes. */
  get keptFrom(): number {
    return this.#history.keptFrom;
  }

  /** The text, up to the value of `seq`, of an event that is kept. */
  at(position: number): string {
    if (position < this.#base) return this.#history.at(position);
    return this.#open?.headAt(position - this.#base) ?? '';
  }

  /** Adds a reader, who gets what is published from now on. */
  add(reader: FeedReader): void {
    reader.feedPosition = this.#published;
    this.#readers.add(reader);
  }

  /** Removes a reader, who has got everything published before. */
  remove(reader: FeedReader): void {
    this.pull(reader);
    this.#readers.delete(reader);
  }

  /** Adds an event for everyone but `except`, given as the parts of its text up to the value of `seq`. */
  publish(head: string[], except?: FeedReader): void {
    if (except) this.pull(except);
    this.#batch().append(head);
    if (except) except.feedPosition = this.#published;
  }

  /** Gives a reader what it has not had yet. */
  pull(reader: FeedReader): void {
    const batch = this.#open;
    if (!batch) return;
    const from = Math.max(reader.feedPosition - this.#base, 0);
    reader.feedPosition = this.#base + batch.length;
    if (from < batch.length) reader.accept(batch, from, batch.length);
  }

  /**
   * Called by the flusher at the end of the turn. Each member's bytes are written right after they were accepted: going
   * over a thousand members twice costs a third more, because by the second time the caches have forgotten them.
   */
  distribute(arena: SendArena): void {
    for (const reader of this.#readers.values()) {
      this.pull(reader);
      reader.flush(arena);
    }
    this.#keep();
  }

  #keep(): void {
    const batch = this.#open;
    if (!batch) return;
    const nowMs = performance.now();
    for (let index = 0; index < batch.length; index += 1) this.#history.pushBytes(batch.headBytesAt(index), nowMs);
    this.#base += batch.length;
    this.#open = undefined;
    this.#flusher.retire(batch);
  }

  get #published(): number {
    return this.#base + (this.#open?.length ?? 0);
  }

  #batch(): EventBatch {
    if (!this.#open) {
      this.#open = new EventBatch(this.#flusher.memory);
      this.#flusher.addFeed(this);
    }
    return this.#open;
  }
}
