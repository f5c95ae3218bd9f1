import { z } from 'zod';
import { checkGates, type Gate, type GateResult } from '../core/gates.ts';
import { LatencyHistogram, type LatencySummary } from '../core/histogram.ts';
import type { LeakVerdict } from '../core/leak-gate.ts';
import { type LatencyName, latencyNames } from '../core/recorder.ts';
import { type BottleneckVerdict, judgeBottleneck } from '../core/self-observation.ts';
import type { ServerSample } from '../core/server-watch.ts';
import type { SecondSummary, Totals } from '../core/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { LoadResult } from '../run/run-load.ts';

const reportVersion = 1;

/** Everything a run found out; what the JSON file holds and the other forms are drawn from. */
export interface Report {
  version: typeof reportVersion;
  title: string;
  startedAt: string;
  elapsedSeconds: number;
  /** Without the token. */
  plan: Record<string, unknown>;
  latencies: Partial<Record<LatencyName, LatencySummary & { hdr: string }>>;
  counters: Record<string, number>;
  errors: Record<string, number>;
  seconds: SecondSummary[];
  server: ServerSample[];
  leaks: LeakVerdict | null;
  tool: BottleneckVerdict;
  figures: Record<string, number>;
  gates: GateResult[];
  passed: boolean;
  notes: string[];
}

export function buildReport(plan: Plan, result: LoadResult, gates: Gate[]): Report {
  const { token: _token, metricsToken: _metricsToken, ...shown } = plan;
  return assemble({
    title: plan.scenarios.map(({ type }) => type).join(' + '),
    startedAt: new Date(result.startedAt).toISOString(),
    elapsedSeconds: result.elapsedSeconds,
    plan: shown,
    totals: result.totals,
    server: result.server,
    leaks: result.leaks ?? null,
    tool: judgeBottleneck(result.self, result.totals.latencies.get('start')?.percentile(99)),
    notes: result.notes,
    gates,
  });
}

interface Parts {
  title: string;
  startedAt: string;
  elapsedSeconds: number;
  plan: Record<string, unknown>;
  totals: Pick<Totals, 'latencies' | 'counters' | 'errors' | 'seconds'>;
  server: ServerSample[];
  leaks: LeakVerdict | null;
  tool: BottleneckVerdict;
  notes: string[];
  gates: Gate[];
}

/** Puts a report together, of one run or of several machines’. */
function assemble({ totals, gates: asked, ...parts }: Parts): Report {
  const latencies: Report['latencies'] = {};
  for (const name of latencyNames) {
    const histogram = totals.latencies.get(name);
    if (histogram) latencies[name] = { ...histogram.summary(), hdr: histogram.encode() };
  }
  const counters = { ...totals.counters };
  const report = { ...parts, latencies, counters, errors: { ...totals.errors }, seconds: totals.seconds() };
  const figures = figuresOf(report);
  const gates = checkGates(asked, figures);
  return {
    version: reportVersion,
    ...report,
    figures: Object.fromEntries(figures),
    gates,
    passed: gates.every(({ passed }) => passed),
  };
}

type Measured = Pick<
  Report,
  'latencies' | 'counters' | 'errors' | 'server' | 'leaks' | 'tool' | 'elapsedSeconds' | 'seconds'
>;

/** Every number that a gate can name: latencies in milliseconds, shares from 0 to 1. */
function figuresOf(report: Measured): Map<string, number> {
  const figures = new Map<string, number>();
  for (const [name, summary] of Object.entries(report.latencies)) {
    const { hdr: _hdr, meanMs, ...percentiles } = summary;
    for (const [key, value] of Object.entries({ ...percentiles, mean: meanMs })) figures.set(`${name}.${key}`, value);
  }
  for (const [name, value] of Object.entries(report.counters)) figures.set(name, value);
  for (const [code, value] of Object.entries(report.errors)) figures.set(`errors.${code}`, value);
  figures.set(
    'errors',
    Object.values(report.errors).reduce((sum, value) => sum + value, 0),
  );
  addRates(report, figures);
  addServer(report, figures);
  addMedia(report.counters, figures);
  figures.set('bottleneck', report.tool.wasBottleneck ? 1 : 0);
  figures.set('tool.cpu', report.tool.peakCpu);
  figures.set('tool.eventLoopMax', report.tool.peakDelayMs);
  figures.set('tool.coreWait', report.tool.coreWait);
  return figures;
}

function addRates({ counters, seconds }: Measured, figures: Map<string, number>): void {
  const duration = Math.max(1, seconds.length);
  for (const name of ['joins.offered', 'joins.achieved']) {
    if (counters[name] !== undefined) figures.set(`${name}PerSecond`, counters[name] / duration);
  }
  const { 'messages.expected': expected, 'messages.delivered': delivered = 0 } = counters;
  if (expected !== undefined) figures.set('messages.lost', expected - delivered);
  figures.set('participants.max', Math.max(0, ...seconds.map(({ levels }) => levels.participants ?? 0)));
}

function addServer({ server, leaks }: Measured, figures: Map<string, number>): void {
  if (leaks) figures.set('leaks', leaks.leaks.length);
  if (server.length === 0) return;
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  figures.set('server.cpu', mean(server.map(({ cpu }) => cpu)));
  figures.set('server.cpuMax', Math.max(...server.map(({ cpu }) => cpu)));
  figures.set('server.workerCpu', mean(server.map(({ workerCpu }) => workerCpu)));
  figures.set('server.residentMax', Math.max(...server.map(({ residentBytes }) => residentBytes)));
  figures.set('server.eventLoopP99', Math.max(...server.map(({ eventLoopP99Ms }) => eventLoopP99Ms)));
  figures.set('server.eventLoopMax', Math.max(...server.map(({ eventLoopMaxMs }) => eventLoopMaxMs)));
}

function addMedia(counters: Record<string, number>, figures: Map<string, number>): void {
  const { 'media.received': received, 'media.lost': lost = 0, 'media.receivedBytes': bytes = 0 } = counters;
  if (received === undefined) return;
  const { 'media.tracksExpected': expected = 0, 'media.tracksGot': got = 0 } = counters;
  figures.set('media.tracksMissing', expected - got);
  figures.set('media.loss', lost / Math.max(1, received + lost));
  const seconds = counters['media.receiverSeconds'] ?? 0;
  if (seconds > 0) figures.set('media.bitratePerReceiver', (bytes * 8) / seconds);
  const { 'media.jitterSumMs': jitterSum = 0, 'media.jitterCount': jitterCount = 0 } = counters;
  if (jitterCount > 0) figures.set('media.jitterMs', jitterSum / jitterCount);
}

const storedReport = z.looseObject({
  version: z.literal(reportVersion),
  title: z.string(),
  startedAt: z.string(),
  elapsedSeconds: z.number(),
  latencies: z.record(z.string(), z.looseObject({ hdr: z.string() })),
  counters: z.record(z.string(), z.number()),
  errors: z.record(z.string(), z.number()),
});

/** Makes one report of several machines’ JSON reports. Their server’s figures are the first’s: it is the same server. */
export function mergeReports(documents: unknown[], gates: Gate[]): Report {
  const reports = documents.map((document) => {
    storedReport.parse(document);
    // The document has just been recognised as this program’s own.
    return document as Report;
  });
  const [first] = reports;
  if (!first) throw new RangeError('nothing to merge');
  const totals = new MergedTotals();
  for (const report of reports) totals.add(report);
  return assemble({
    title: first.title,
    startedAt: first.startedAt,
    elapsedSeconds: Math.max(...reports.map(({ elapsedSeconds }) => elapsedSeconds)),
    plan: first.plan,
    totals,
    server: first.server,
    leaks: first.leaks,
    tool: worstVerdict(reports.map(({ tool }) => tool)) ?? first.tool,
    notes: [`Merged from ${reports.length} reports.`, ...reports.flatMap(({ notes }) => notes)],
    gates,
  });
}

function worstVerdict(verdicts: BottleneckVerdict[]): BottleneckVerdict | undefined {
  return verdicts.find(({ wasBottleneck }) => wasBottleneck) ?? verdicts[0];
}

class MergedTotals {
  readonly latencies = new Map<LatencyName, LatencyHistogram>();
  readonly counters: Record<string, number> = {};
  readonly errors: Record<string, number> = {};
  #seconds: SecondSummary[] = [];

  add(report: Report): void {
    for (const name of latencyNames) {
      const stored = report.latencies[name];
      if (!stored) continue;
      const merged = this.latencies.get(name) ?? new LatencyHistogram();
      merged.add(LatencyHistogram.decode(stored.hdr));
      this.latencies.set(name, merged);
    }
    for (const [name, value] of Object.entries(report.counters))
      this.counters[name] = (this.counters[name] ?? 0) + value;
    for (const [code, value] of Object.entries(report.errors)) this.errors[code] = (this.errors[code] ?? 0) + value;
    // Curves over time are shown of the longest run: percentiles of single seconds cannot be merged.
    if (report.seconds.length > this.#seconds.length) this.#seconds = report.seconds;
  }

  seconds(): SecondSummary[] {
    return this.#seconds;
  }
}
