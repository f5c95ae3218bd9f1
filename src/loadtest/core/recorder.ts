import { LatencyHistogram } from './histogram.ts';

/** What can be timed. Its name stands in reports and gates. */
export const latencyNames = [
  'connect',
  'join',
  'resume',
  'leaveSeen',
  'ping',
  'message',
  'signalOffer',
  'signalRoundTrip',
  'signalCandidate',
  'publish',
  'subscribeOffer',
  'ice',
  'dtls',
  'firstPacket',
  'start',
] as const;
export type LatencyName = (typeof latencyNames)[number];

/** What one process measured in one interval; small enough to be sent every second. */
export interface Interval {
  latencies: Partial<Record<LatencyName, string>>;
  counters: Record<string, number>;
  errors: Record<string, number>;
  /** Values that are true now, such as the number of connections; those of several processes are added. */
  levels: Record<string, number>;
}

/** Takes measurements in a load process and hands them over interval by interval. */
export class Recorder {
  readonly #latencies = new Map<LatencyName, LatencyHistogram>();
  readonly #counters = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  readonly #levels = new Map<string, number>();

  /** Adds a latency that counts from an intended time of `performance.now()`. */
  since(name: LatencyName, intendedMs: number): void {
    this.latency(name, performance.now() - intendedMs);
  }

  latency(name: LatencyName, ms: number): void {
    let histogram = this.#latencies.get(name);
    if (!histogram) {
      histogram = new LatencyHistogram();
      this.#latencies.set(name, histogram);
    }
    histogram.record(ms);
  }

  count(name: string, add = 1): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + add);
  }

  error(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  /** Changes a level, such as the number of open connections. */
  level(name: string, change: number): void {
    this.#levels.set(name, (this.#levels.get(name) ?? 0) + change);
  }

  /** Gives what was measured since the last call. Levels stay. */
  take(): Interval {
    const latencies: Interval['latencies'] = {};
    for (const [name, histogram] of this.#latencies) {
      if (histogram.count > 0) latencies[name] = histogram.encode();
      histogram.reset();
    }
    const interval = {
      latencies,
      counters: Object.fromEntries(this.#counters),
      errors: Object.fromEntries(this.#errors),
      levels: Object.fromEntries(this.#levels),
    };
    this.#counters.clear();
    this.#errors.clear();
    return interval;
  }
}
