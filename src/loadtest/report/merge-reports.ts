import type { Gate } from '../core/gates.ts';
import { LatencyHistogram } from '../core/histogram.ts';
import { type LatencyName, latencyNames } from '../core/recorder.ts';
import type { BottleneckVerdict } from '../core/self-observation.ts';
import type { SecondSummary } from '../core/totals.ts';
import { assemble, type Report } from './report.ts';

/**
 * Makes one report of several machines’ JSON reports, on one axis of time. The server is the same for all, so its figures
 * are those of one machine that could read them, and its leaks those that the last one to finish has seen.
 */
export function mergeReports(unsorted: Report[], gates: Gate[]): Report {
  const reports = unsorted.toSorted((left, right) => startOf(left) - startOf(right));
  const [first] = reports;
  if (!first) throw new RangeError('nothing to merge');
  const totals = new MergedTotals();
  for (const report of reports) totals.add(report, Math.round((startOf(report) - startOf(first)) / 1000));
  const last = reports.filter(({ leaks }) => leaks).sort((left, right) => endOf(left) - endOf(right));
  return assemble({
    title: first.title,
    startedAt: first.startedAt,
    elapsedSeconds: (Math.max(...reports.map(endOf)) - startOf(first)) / 1000,
    plan: first.plan,
    totals,
    server: reports.find(({ server }) => server.length > 0)?.server ?? [],
    leaks: last.at(-1)?.leaks ?? null,
    tool: worstOf(reports.map(({ tool }) => tool)) ?? first.tool,
    notes: [
      `Merged from ${reports.length} reports; curves over time show each second’s slowest machine.`,
      ...reports.flatMap(({ notes }) => notes),
    ],
    gates,
  });
}

/** The verdict of a machine that was a bottleneck, if any, with the peaks of all. */
function worstOf(verdicts: BottleneckVerdict[]): BottleneckVerdict | undefined {
  const verdict = verdicts.find(({ wasBottleneck }) => wasBottleneck) ?? verdicts[0];
  const most = (key: 'peakCpu' | 'peakDelayMs' | 'lateMs' | 'coreWait'): number =>
    Math.max(...verdicts.map((each) => each[key]));
  const peaks = { peakCpu: most('peakCpu'), peakDelayMs: most('peakDelayMs') };
  return verdict && { ...verdict, ...peaks, lateMs: most('lateMs'), coreWait: most('coreWait') };
}

function startOf({ startedAt }: Report): number {
  return Date.parse(startedAt);
}

function endOf(report: Report): number {
  return startOf(report) + report.elapsedSeconds * 1000;
}

function addInto(target: Record<string, number>, source: Record<string, number>): void {
  for (const [name, value] of Object.entries(source)) target[name] = (target[name] ?? 0) + value;
}

class MergedTotals {
  readonly latencies: Map<LatencyName, LatencyHistogram> = new Map();
  readonly counters: Record<string, number> = {};
  readonly errors: Record<string, number> = {};
  readonly #seconds: SecondSummary[] = [];

  add(report: Report, secondsLater: number): void {
    for (const name of latencyNames) {
      const stored = report.latencies[name];
      if (!stored) continue;
      const merged = this.latencies.get(name) ?? new LatencyHistogram();
      merged.add(LatencyHistogram.decode(stored.hdr));
      this.latencies.set(name, merged);
    }
    addInto(this.counters, report.counters);
    addInto(this.errors, report.errors);
    for (const second of report.seconds) addSecond(this.#second(second.atSeconds + secondsLater), second);
  }

  seconds(): SecondSummary[] {
    return this.#seconds;
  }

  #second(atSeconds: number): SecondSummary {
    while (this.#seconds.length <= atSeconds) {
      this.#seconds.push({ atSeconds: this.#seconds.length, latencies: {}, counters: {}, errors: 0, levels: {} });
    }
    const second = this.#seconds[atSeconds];
    if (!second) throw new RangeError(`no second ${atSeconds}`);
    return second;
  }
}

/** Percentiles of single seconds cannot be merged, so each second shows those of its slowest machine. */
function addSecond(target: SecondSummary, second: SecondSummary): void {
  addInto(target.counters, second.counters);
  addInto(target.levels, second.levels);
  target.errors += second.errors;
  for (const name of latencyNames) {
    const [left, right] = [target.latencies[name], second.latencies[name]];
    if (!right) continue;
    target.latencies[name] = left
      ? {
          count: left.count + right.count,
          p50: Math.max(left.p50, right.p50),
          p99: Math.max(left.p99, right.p99),
          max: Math.max(left.max, right.max),
        }
      : { ...right };
  }
}
