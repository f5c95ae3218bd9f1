import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

/** Percentiles of a latency in milliseconds. */
export interface LatencySummary {
  count: number;
  meanMs: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
}

const usPerMs = 1000;
/** Longer than any operation waits before it counts as timed out. */
const highestUs = 600_000_000;

/** Latencies with three significant digits from a microsecond to ten minutes, mergeable and encodable. */
export class LatencyHistogram {
  readonly #histogram: Histogram;

  constructor(histogram?: Histogram) {
    this.#histogram =
      histogram ??
      build({ lowestDiscernibleValue: 1, highestTrackableValue: highestUs, numberOfSignificantValueDigits: 3 });
  }

  static decode(text: string): LatencyHistogram {
    return new LatencyHistogram(decodeFromCompressedBase64(text));
  }

  record(ms: number): void {
    this.#histogram.recordValue(Math.min(highestUs, Math.max(1, Math.round(ms * usPerMs))));
  }

  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  reset(): void {
    this.#histogram.reset();
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  get maxMs(): number {
    return this.count === 0 ? 0 : this.#histogram.maxValue / usPerMs;
  }

  percentile(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile) / usPerMs;
  }

  /** The mean has to look at every bucket; once a second take only what is needed. */
  summary(): LatencySummary {
    return {
      count: this.count,
      meanMs: this.count === 0 ? 0 : this.#histogram.mean / usPerMs,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p95: this.percentile(95),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.maxMs,
    };
  }

  /** HdrHistogram’s compressed form in base64, which its tools in other languages read, too. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}
