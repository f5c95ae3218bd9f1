import type { SingleEvent } from './single-event.ts';
import { type HistoryLimits, TextLog } from './text-log.ts';

/** Where the texts of events are kept, by their position in a sequence. */
type Kept = Pick<TextLog, 'keptFrom' | 'at'>;

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
  readonly #room: Kept;
  #own: TextLog | undefined;
  #runs: Run[] = [];
  /** Runs before it have been given up. */
  #first = 0;
  /** The run that grows. */
  #open: Run = { own: false, from: 0, to: 0 };

  constructor(room: Kept, limits: HistoryLimits) {
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
  eventsAfter(seq: number, lastSeq: number): SingleEvent[] | undefined {
    if (seq > lastSeq) return undefined;
    const found: SingleEvent[][] = [];
    let last = lastSeq;
    for (const run of this.#newestFirst()) {
      if (last <= seq) break;
      const from = Math.max(run.from, run.to - (last - seq));
      last -= run.to - from;
      const events = this.#eventsOf({ ...run, from }, last + 1);
      if (!events) return undefined;
      found.push(events);
    }
    return last > seq ? undefined : found.reverse().flat();
  }

  clear(): void {
    this.#own = undefined;
    this.#runs = [];
    this.#first = 0;
    this.#open = { own: false, from: 0, to: 0 };
  }

  #eventsOf({ own, from, to }: Run, firstSeq: number): SingleEvent[] | undefined {
    const kept = this.#keeperOf(own);
    if (from < kept.keptFrom) return undefined;
    return Array.from({ length: to - from }, (_, index) => {
      const head = kept.at(from + index);
      return { head, headBytes: Buffer.byteLength(head), seq: firstSeq + index };
    });
  }

  #keeperOf(own: boolean): Kept {
    return own && this.#own ? this.#own : this.#room;
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
    return oldest.to <= this.#keeperOf(oldest.own).keptFrom;
  }

  #dropOldest(): void {
    this.#first += 1;
    if (this.#first * 2 < this.#runs.length) return;
    this.#runs = this.#runs.slice(this.#first);
    this.#first = 0;
  }
}
