import { type Baseline, checkLeaks, type LeakVerdict, takeBaseline } from '../core/leak-gate.ts';
import type { SelfObservation } from '../core/self-observation.ts';
import { type MetricsEndpoint, type ServerSample, ServerWatch } from '../core/server-watch.ts';
import { Totals } from '../core/totals.ts';
import type { Plan } from '../plan/plan.ts';
import { LoadProcess } from './load-process.ts';

/** Time for worker processes to load their code before the load begins. */
const headStartMs = 700;
const watchIntervalMs = 1000;

export interface LoadResult {
  startedAt: number;
  elapsedSeconds: number;
  totals: Totals;
  self: SelfObservation[];
  server: ServerSample[];
  /** Undefined when the server’s metrics could not be read. */
  leaks: LeakVerdict | undefined;
  notes: string[];
}

export interface Progress {
  phase: 'load' | 'settle';
  elapsedSeconds: number;
  totals: Totals;
  server: ServerSample | undefined;
  self: SelfObservation | undefined;
}

export interface RunOptions {
  plan: Plan;
  startAt?: number | undefined;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Runs a plan: baseline, load in worker processes, then the wait for the server to return to its baseline. */
export async function runLoad({ plan, startAt, signal, onProgress }: RunOptions): Promise<LoadResult> {
  const endpoint = metricsEndpoint(plan);
  const notes: string[] = [];
  const baseline = await baselineOf(endpoint, notes);
  const begin = startAt ?? Date.now() + headStartMs;
  const totals = new Totals();
  const self: SelfObservation[] = [];
  const watch = new ServerWatch(endpoint, performance.now() + (begin - Date.now()));
  const progress = (phase: Progress['phase']): void =>
    onProgress({
      phase,
      elapsedSeconds: Math.max(0, (Date.now() - begin) / 1000),
      totals,
      server: watch.samples.at(-1),
      self: self.at(-1),
    });
  const ticker = setInterval(() => {
    if (baseline) void watch.sample();
    progress('load');
  }, watchIntervalMs);
  try {
    await runProcesses({ plan, begin, signal, totals, self });
  } finally {
    clearInterval(ticker);
  }
  const elapsedSeconds = (Date.now() - begin) / 1000;
  progress('settle');
  const leaks = baseline && (await settle(plan, endpoint, baseline));
  if (baseline && !leaks) notes.push('The server’s metrics could not be read after the load: no leak gate.');
  return { startedAt: begin, elapsedSeconds, totals, self, server: watch.samples, leaks, notes };
}

function metricsEndpoint(plan: Plan): MetricsEndpoint {
  const fallback = new URL('/metrics', plan.url.replace(/^ws/, 'http'));
  return { url: plan.metricsUrl ?? fallback.href, token: plan.metricsToken, insecure: plan.insecure };
}

async function baselineOf(endpoint: MetricsEndpoint, notes: string[]): Promise<Baseline | undefined> {
  try {
    return await takeBaseline(endpoint);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    notes.push(`The server’s metrics could not be read (${reason}): no server figures and no leak gate.`);
    return undefined;
  }
}

function settle(plan: Plan, endpoint: MetricsEndpoint, baseline: Baseline): Promise<LeakVerdict | undefined> {
  return checkLeaks({ endpoint, baseline, patienceMs: plan.settle, heapToleranceBytes: plan.heapTolerance });
}

interface ProcessesOptions {
  plan: Plan;
  begin: number;
  signal: AbortSignal;
  totals: Totals;
  self: SelfObservation[];
}

async function runProcesses({ plan, begin, signal, totals, self }: ProcessesOptions): Promise<void> {
  const processes = Array.from(
    { length: plan.workers },
    (_, index) =>
      new LoadProcess((message) => {
        totals.add(String(index), message.second, message.interval);
        self.push(message.self);
      }),
  );
  const stop = (): void => {
    for (const process of processes) process.send({ kind: 'stop' });
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const [index, process] of processes.entries()) {
      process.send({ kind: 'start', plan, shard: { index, count: plan.workers }, startAt: begin });
    }
    await Promise.all(processes.map(({ finished }) => finished));
  } catch (error) {
    for (const process of processes) process.kill();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
