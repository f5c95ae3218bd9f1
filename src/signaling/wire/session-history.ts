import type { HistoryLimits } from './history-limits.ts';
import type { SingleEvent } from './single-event.ts';
import { TextLog } from './text-log.ts';

/** Where the texts of events are kept, by their position in a sequence. */
type Kept = Pick<TextLog, 'keptFrom' | 'at'>;

/** Events that a session got one after the other, of the room's feed or of its own, from one position to another. */
interface Run {
  readonly own: boolean;
  readonly from: number;
  readonly to: number;
}

/**
 * What a session got, for a resume: the texts of its own events, and which of the room's, which the room keeps for all.
 * As long as only one of the two has something to say nothing is added here, because the run of its events grows.
 */
export class SessionHistory {
  readonly #limits: HistoryLimits;
  readonly #room: Kept;
  #ownTexts: TextLog | undefined;
  #runs: Run[] = [];
  /** Runs before it have been given up. */
  #first = 0;
  /** The run that grows; its parts are fields because they are touched with every event. */
  #own = false;
  #from = 0;
  #to = 0;

  constructor(room: Kept, limits: HistoryLimits) {
    this.#room = room;
    this.#limits = limits;
  }

  /** The session got the room's events from one position of the feed to another. */
  addRoomEvents(from: number, to: number): void {
    if (this.#own || this.#to !== from) this.#openRun(false, from);
    this.#to = to;
  }

  /** The session got an event of its own, given as its text up to the value of `seq`. */
  addOwnEvent(head: string): void {
    this.#ownTexts ??= new TextLog(this.#limits);
    if (!this.#own) this.#openRun(true, this.#ownTexts.end);
    this.#to += 1;
    this.#ownTexts.push(head);
  }

  /** The events after `seq`, in order, where `lastSeq` is the number of the newest; undefined when some are gone. */
  eventsAfter(seq: number, lastSeq: number): SingleEvent[] | undefined {
    if (seq >= lastSeq) return seq === lastSeq ? [] : undefined;
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
    this.#ownTexts = undefined;
    this.#runs = [];
    this.#first = this.#from = this.#to = 0;
    this.#own = false;
  }

  #eventsOf({ own, from, to }: Run, firstSeq: number): SingleEvent[] | undefined {
    const kept = this.#keeperOf(own);
    if (from < kept.keptFrom) return undefined;
    return Array.from({ length: to - from }, (_, index) => ({ head: kept.at(from + index), seq: firstSeq + index }));
  }

  #keeperOf(own: boolean): Kept {
    return own && this.#ownTexts ? this.#ownTexts : this.#room;
  }

  *#newestFirst(): Iterable<Run> {
    yield { own: this.#own, from: this.#from, to: this.#to };
    for (let index = this.#runs.length - 1; index >= this.#first; index -= 1) {
      const run = this.#runs[index];
      if (run) yield run;
    }
  }

  #openRun(own: boolean, from: number): void {
    if (this.#to > this.#from) this.#runs.push({ own: this.#own, from: this.#from, to: this.#to });
    this.#own = own;
    this.#from = this.#to = from;
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
