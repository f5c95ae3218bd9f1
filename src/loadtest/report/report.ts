import { checkGates, type Gate, type GateResult } from '../core/gates.ts';
import type { LatencySummary } from '../core/histogram.ts';
import type { LeakVerdict } from '../core/leak-gate.ts';
import { type LatencyName, latencyNames } from '../core/recorder.ts';
import { type BottleneckVerdict, judgeBottleneck, type Lateness } from '../core/self-observation.ts';
import type { ServerSample } from '../core/server-watch.ts';
import { type SecondSummary, type Totals, workerEnded } from '../core/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { LoadResult } from '../run/run-load.ts';

export const reportVersion = 1;

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
    tool: judgeBottleneck(result.self, latenessOf(result.totals)),
    notes: result.notes,
    gates,
  });
}

/** Of fewer operations the 99th percentile would be the one that was latest, and of very few the 90th, too. */
const enoughForP99 = 200;
const enoughForP90 = 20;

function latenessOf({ latencies }: Totals): Lateness | undefined {
  const start = latencies.get('start');
  if (!start || start.count < enoughForP90) return undefined;
  const percentile = start.count < enoughForP99 ? 90 : 99;
  return { percentile, ms: start.percentile(percentile) };
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
export function assemble({ totals, gates: asked, ...parts }: Parts): Report {
  const latencies: Report['latencies'] = {};
  for (const name of latencyNames) {
    const histogram = totals.latencies.get(name);
    if (histogram) latencies[name] = { ...histogram.summary(), hdr: histogram.encode() };
  }
  const counters = { ...totals.counters };
  const report = { ...parts, latencies, counters, errors: { ...totals.errors }, seconds: totals.seconds() };
  const figures = figuresOf(report);
  const gates = checkGates(asked, figures);
  const { 'joins.offered': offered = 0, 'joins.achieved': achieved = 0 } = counters;
  const nobodyJoined = offered > 0 && achieved === 0;
  const isWhole = totals.errors[workerEnded] === undefined;
  return {
    version: reportVersion,
    ...report,
    notes: nobodyJoined ? [...report.notes, 'Nobody could join: this was no load.'] : report.notes,
    figures: Object.fromEntries(figures),
    gates,
    passed: gates.every(({ passed }) => passed) && !nobodyJoined && isWhole,
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
  addJoinRate('joins.offered', seconds, figures);
  addJoinRate('joins.achieved', seconds, figures);
  const { 'messages.expected': expected, 'messages.delivered': delivered = 0 } = counters;
  if (expected !== undefined) figures.set('messages.lost', expected - delivered);
  figures.set('participants.max', Math.max(0, ...seconds.map(({ levels }) => levels.participants ?? 0)));
}

/**
 * Joins a second from the first that was offered to the last of this kind: after that the load goes on without any, and a
 * server that falls behind takes longer for as many.
 */
function addJoinRate(name: 'joins.offered' | 'joins.achieved', seconds: SecondSummary[], figures: Map<string, number>) {
  const first = seconds.findIndex(({ counters }) => counters['joins.offered'] !== undefined);
  const last = seconds.findLastIndex(({ counters }) => counters[name] !== undefined);
  if (first < 0 || last < first) return;
  const joins = seconds.reduce((sum, { counters }) => sum + (counters[name] ?? 0), 0);
  figures.set(`${name}PerSecond`, joins / (last - first + 1));
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
  for (const [name, count] of Object.entries(mostObjects(server))) figures.set(`server.${name}.max`, count);
}

/** The greatest number of each kind of object that the server had at a time; without its handles, and those it never had. */
export function mostObjects(server: ServerSample[]): Record<string, number> {
  const most: Record<string, number> = {};
  for (const { objects } of server) {
    for (const [name, count] of Object.entries(objects)) {
      if (count > 0 && !name.startsWith('handle.')) most[name] = Math.max(most[name] ?? 0, count);
    }
  }
  return most;
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
