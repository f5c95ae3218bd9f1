import type { EventBatch } from './event-batch.ts';
import type { HistoryLimits } from './feed-history.ts';
import type { RoomFeed } from './room-feed.ts';
import type { SingleEvent } from './single-event.ts';
import { TextLog } from './text-log.ts';

type KeptFeed = Pick<RoomFeed, 'keptFrom' | 'between'>;

/** Consecutive events that a client has missed: a part of a batch, or a single one by its text up to the value of `seq`. */
export type MissedEvents =
  | { readonly firstSeq: number; readonly batch: EventBatch; readonly from: number; readonly to: number }
  | SingleEvent;

/** Events that a session got one after the other, of the room's feed or of its own, from one position to another. */
interface Run {
  own: boolean;
  from: number;
  to: number;
}

/**
 * What a session got, for a resume: the texts of its own events, and which of the room's, which the room keeps for all.
 * As long as only one of the two has something to say nothing is added here, because the run of its events grows.
 */
export class SessionHistory {
  readonly #limits: HistoryLimits;
  readonly #room: KeptFeed;
  #own: TextLog | undefined;
  #runs: Run[] = [];
  /** Runs before it have been given up. */
  #first = 0;
  /** The run that grows. */
  #open: Run = { own: false, from: 0, to: 0 };

  constructor(room: KeptFeed, limits: HistoryLimits) {
    this.#room = room;
    this.#limits = limits;
  }

  /** The session got the room's events from one position of the feed to another. */
  addRoomEvents(from: number, to: number): void {
    const open = this.#open;
    if (open.own || open.to !== from) this.#openRun(false, from);
    this.#open.to = to;
  }

  /** The session got an event of its own, given as its text up to the value of `seq`; returns the text's size in bytes. */
  addOwnEvent(head: string): number {
    this.#own ??= new TextLog(this.#limits);
    if (!this.#open.own) this.#openRun(true, this.#own.end);
    this.#open.to += 1;
    return this.#own.push(head);
  }

  /** The events after `seq`, in order, where `lastSeq` is the number of the newest; undefined when some are gone. */
  eventsAfter(seq: number, lastSeq: number): MissedEvents[] | undefined {
    if (seq > lastSeq) return undefined;
    const found: MissedEvents[][] = [];
    let last = lastSeq;
    for (const run of this.#newestFirst()) {
      if (last <= seq) break;
      const from = Math.max(run.from, run.to - (last - seq));
      last -= run.to - from;
      const missed = this.#missed({ ...run, from }, last + 1);
      if (!missed) return undefined;
      found.push(missed);
    }
    return last > seq ? undefined : found.reverse().flat();
  }

  clear(): void {
    this.#own = undefined;
    this.#runs = [];
    this.#first = 0;
    this.#open = { own: false, from: 0, to: 0 };
  }

  #missed({ own, from, to }: Run, firstSeq: number): MissedEvents[] | undefined {
    if (own) return this.#missedOwn(from, to, firstSeq);
    const parts = this.#room.between(from, to);
    let next = firstSeq;
    return parts?.map((part) => {
      const missed = { ...part, firstSeq: next };
      next += part.to - part.from;
      return missed;
    });
  }

  #missedOwn(from: number, to: number, firstSeq: number): MissedEvents[] | undefined {
    const own = this.#own;
    if (!own || from < own.keptFrom) return undefined;
    return Array.from({ length: to - from }, (_, index) => {
      const head = own.at(from + index);
      return { head, headBytes: Buffer.byteLength(head), seq: firstSeq + index };
    });
  }

  *#newestFirst(): Iterable<Run> {
    yield this.#open;
    for (let index = this.#runs.length - 1; index >= this.#first; index -= 1) {
      const run = this.#runs[index];
      if (run) yield run;
    }
  }

  #openRun(own: boolean, from: number): void {
    if (this.#open.to > this.#open.from) this.#runs.push(this.#open);
    this.#open = { own, from, to: from };
    while (this.#oldestIsUseless()) this.#dropOldest();
  }

  /** What comes before an event that is gone cannot be given either. */
  #oldestIsUseless(): boolean {
    const oldest = this.#runs[this.#first];
    if (!oldest) return false;
    if (this.#runs.length - this.#first > this.#limits.maxEvents) return true;
    return oldest.to <= (oldest.own ? (this.#own?.keptFrom ?? 0) : this.#room.keptFrom);
  }

  #dropOldest(): void {
    this.#first += 1;
    if (this.#first * 2 < this.#runs.length) return;
    this.#runs = this.#runs.slice(this.#first);
    this.#first = 0;
  }
}
