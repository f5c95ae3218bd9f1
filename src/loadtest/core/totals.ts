import { LatencyHistogram } from './histogram.ts';
import { type Interval, type LatencyName, latencyNames } from './recorder.ts';

/** One second of the whole load, as reports plot it. */
export interface SecondSummary {
  atSeconds: number;
  latencies: Partial<Record<LatencyName, { count: number; p50: number; p99: number; max: number }>>;
  counters: Record<string, number>;
  errors: number;
  levels: Record<string, number>;
}

/** Seconds that are still added to; older ones are kept as summaries, because histograms of an hour would not fit. */
const openSeconds = 10;
/** How many seconds a process may be behind the others. */
const patienceSeconds = 3;

interface Second {
  latencies: Map<LatencyName, LatencyHistogram>;
  counters: Record<string, number>;
  errors: number;
  levels: Map<string, Record<string, number>>;
}

/** The error that a worker process leaves when it is lost. */
export const workerEnded = 'tool.workerEnded';

function addInto(target: Record<string, number>, source: Record<string, number>): void {
  for (const [name, value] of Object.entries(source)) target[name] = (target[name] ?? 0) + value;
}

/** Adds up the intervals of all load processes: for the whole run and for each second of it. */
export class Totals {
  readonly latencies: Map<LatencyName, LatencyHistogram> = new Map();
  readonly counters: Record<string, number> = {};
  readonly errors: Record<string, number> = {};
  readonly #sources = new Set<string>();
  readonly #closed: SecondSummary[] = [];
  readonly #open: Second[] = [];

  add(source: string, second: number, interval: Interval): void {
    const bucket = this.#second(second);
    this.#sources.add(source);
    for (const name of latencyNames) {
      const encoded = interval.latencies[name];
      if (encoded === undefined) continue;
      const histogram = LatencyHistogram.decode(encoded);
      mergeInto(this.latencies, name, histogram);
      mergeInto(bucket.latencies, name, histogram);
    }
    addInto(this.counters, interval.counters);
    addInto(bucket.counters, interval.counters);
    addInto(this.errors, interval.errors);
    bucket.errors += sum(interval.errors);
    bucket.levels.set(source, interval.levels);
  }

  /** Adds an error that no process could report itself. */
  addError(code: string): void {
    addInto(this.errors, { [code]: 1 });
  }

  get errorCount(): number {
    return sum(this.errors);
  }

  seconds(): SecondSummary[] {
    return [...this.#closed, ...this.#open.map((second, index) => summarise(second, this.#closed.length + index))];
  }

  /**
   * The newest second that every process has reported, as half of a load would look like half the rate; the newest at all
   * when some have been silent for longer, because they are done. Undefined at the very beginning.
   */
  latest(): SecondSummary | undefined {
    const recent = this.#open.slice(-patienceSeconds);
    const complete = recent.findLastIndex(({ levels }) => levels.size === this.#sources.size);
    const index = this.#open.length - recent.length + (complete < 0 ? recent.length - 1 : complete);
    const second = this.#open[index];
    return second && summarise(second, this.#closed.length + index);
  }

  /** What comes later than the open seconds go back counts in the oldest of them. */
  #second(index: number): Second {
    while (this.#closed.length + this.#open.length <= index) {
      this.#open.push({ latencies: new Map(), counters: {}, errors: 0, levels: new Map() });
      const oldest = this.#open.length > openSeconds ? this.#open.shift() : undefined;
      if (oldest) this.#closed.push(summarise(oldest, this.#closed.length));
    }
    const second = this.#open[Math.max(0, index - this.#closed.length)];
    if (!second) throw new RangeError(`no second ${index}`);
    return second;
  }
}

function mergeInto(target: Map<LatencyName, LatencyHistogram>, name: LatencyName, histogram: LatencyHistogram): void {
  let merged = target.get(name);
  if (!merged) {
    merged = new LatencyHistogram();
    target.set(name, merged);
  }
  merged.add(histogram);
}

function summarise(second: Second, atSeconds: number): SecondSummary {
  const latencies: SecondSummary['latencies'] = {};
  for (const [name, histogram] of second.latencies) {
    const { count, maxMs } = histogram;
    latencies[name] = { count, p50: histogram.percentile(50), p99: histogram.percentile(99), max: maxMs };
  }
  const levels: Record<string, number> = {};
  for (const ofSource of second.levels.values()) addInto(levels, ofSource);
  return { atSeconds, latencies, counters: second.counters, errors: second.errors, levels };
}

function sum(values: Record<string, number>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}
