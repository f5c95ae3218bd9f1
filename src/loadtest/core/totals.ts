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

interface Second {
  latencies: Map<LatencyName, LatencyHistogram>;
  counters: Record<string, number>;
  errors: number;
  levels: Map<string, Record<string, number>>;
}

function addInto(target: Record<string, number>, source: Record<string, number>): void {
  for (const [name, value] of Object.entries(source)) target[name] = (target[name] ?? 0) + value;
}

/** Adds up the intervals of all load processes: for the whole run and for each second of it. */
export class Totals {
  readonly latencies: Map<LatencyName, LatencyHistogram> = new Map();
  readonly counters: Record<string, number> = {};
  readonly errors: Record<string, number> = {};
  readonly #seconds: Second[] = [];

  add(source: string, second: number, interval: Interval): void {
    const bucket = this.#second(second);
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

  get errorCount(): number {
    return sum(this.errors);
  }

  seconds(): SecondSummary[] {
    return this.#seconds.map((second, atSeconds) => summarise(second, atSeconds));
  }

  /** The newest second that every process may have reported; undefined at the very beginning. */
  latest(): SecondSummary | undefined {
    const atSeconds = this.#seconds.length - 1;
    const second = this.#seconds[atSeconds];
    return second && summarise(second, atSeconds);
  }

  #second(index: number): Second {
    while (this.#seconds.length <= index) {
      this.#seconds.push({ latencies: new Map(), counters: {}, errors: 0, levels: new Map() });
    }
    const second = this.#seconds[index];
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
    const { count, p50, p99, max } = histogram.summary();
    latencies[name] = { count, p50, p99, max };
  }
  const levels: Record<string, number> = {};
  for (const ofSource of second.levels.values()) addInto(levels, ofSource);
  return { atSeconds, latencies, counters: second.counters, errors: second.errors, levels };
}

function sum(values: Record<string, number>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}
