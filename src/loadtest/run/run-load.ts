import { type Baseline, checkLeaks, type Leak, type LeakVerdict, takeBaseline } from '../core/leak-gate.ts';
import type { SelfObservation } from '../core/self-observation.ts';
import { type MetricsEndpoint, type ServerSample, ServerWatch } from '../core/server-watch.ts';
import { Totals, workerEnded } from '../core/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { Interrupts } from './interrupts.ts';
import { LoadProcess } from './load-process.ts';
import { requireServer } from './require-server.ts';

/** Time for the plan to reach the worker processes before the load begins. */
const headStartMs = 100;
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
  /** The busiest load process in its last second. */
  self: SelfObservation | undefined;
  /** While the server settles: what it still has more of than before the load. */
  leaks: Leak[];
}

export interface RunOptions {
  plan: Plan;
  startAt?: number | undefined;
  interrupts: Interrupts;
  onProgress: (progress: Progress) => void;
  /** What the operator should know before the load is over; it stands in the report, too. */
  onNotice: (sentence: string) => void;
}

/**
 * Runs a plan: baseline, load in worker processes, then the wait for the server to return to its baseline. Throws when the
 * server cannot be reached at all.
 */
export async function runLoad(options: RunOptions): Promise<LoadResult> {
  const { plan, interrupts, onNotice } = options;
  const endpoint = metricsEndpoint(plan);
  const notes: string[] = [];
  const baseline = await baselineOf(endpoint, notes);
  await requireServer(plan);
  for (const note of notes) onNotice(note);
  const state: LoadState = { totals: new Totals(), self: new SelfObservations(), leaks: [], phase: 'load' };
  const processes = await startProcesses(plan, state);
  const begin = options.startAt ?? Date.now() + headStartMs;
  if (begin < Date.now()) {
    for (const process of processes) process.kill();
    throw new Error('The worker processes were not ready at --start-at: give them a few seconds more.');
  }
  const watch = new ServerWatch(endpoint, performance.now() + (begin - Date.now()));
  const progress = (): void => options.onProgress(progressOf(state, { begin, watch }));
  const ticker = setInterval(() => {
    if (baseline && state.phase === 'load') void watch.sample();
    progress();
  }, watchIntervalMs);
  try {
    const signal = interrupts.begin();
    const onLost = (sentence: string): void => {
      state.totals.addError(workerEnded);
      notes.push(sentence);
      onNotice(sentence);
    };
    await runProcesses(processes, { plan, begin, signal, onLost });
    const elapsedSeconds = (Date.now() - begin) / 1000;
    if (signal.aborted) notes.push('The load was interrupted: it is shorter than planned.');
    if (watch.failures > 0)
      notes.push(`The server’s metrics could not be read ${watch.failures} times during the load.`);
    state.phase = 'settle';
    if (baseline) progress();
    const verdict = baseline && (await settle(state, { plan, endpoint, baseline, signal: interrupts.begin() }));
    const leaks = typeof verdict === 'string' ? undefined : verdict;
    if (typeof verdict === 'string') notes.push(`${verdict}: no leak gate.`);
    const { totals, self } = state;
    return { startedAt: begin, elapsedSeconds, totals, self: self.all, server: watch.samples, leaks, notes };
  } finally {
    clearInterval(ticker);
  }
}

/** What is known while the load runs. */
interface LoadState {
  totals: Totals;
  self: SelfObservations;
  leaks: Leak[];
  phase: Progress['phase'];
}

function progressOf(state: LoadState, { begin, watch }: { begin: number; watch: ServerWatch }): Progress {
  const elapsedSeconds = Math.max(0, (Date.now() - begin) / 1000);
  return { ...state, elapsedSeconds, server: watch.samples.at(-1), self: state.self.busiest() };
}

/** What the load processes say of themselves. */
class SelfObservations {
  readonly all: SelfObservation[] = [];
  readonly #latest = new Map<number, SelfObservation>();

  add(process: number, observation: SelfObservation): void {
    this.all.push(observation);
    this.#latest.set(process, observation);
  }

  busiest(): SelfObservation | undefined {
    return [...this.#latest.values()].sort((left, right) => right.cpu - left.cpu)[0];
  }
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

interface Settling {
  plan: Plan;
  endpoint: MetricsEndpoint;
  baseline: Baseline;
  signal: AbortSignal;
}

function settle(state: LoadState, { plan, ...known }: Settling): Promise<LeakVerdict | string> {
  const onLeaks = (leaks: Leak[]): void => {
    state.leaks = leaks;
  };
  return checkLeaks({ ...known, onLeaks, patienceMs: plan.settle, heapToleranceBytes: plan.heapTolerance });
}

/** Starts the worker processes and waits until all of them could begin. */
async function startProcesses(plan: Plan, { totals, self }: LoadState): Promise<LoadProcess[]> {
  const processes = Array.from(
    { length: plan.workers },
    (_, index) =>
      new LoadProcess((message) => {
        totals.add(String(index), message.second, message.interval);
        self.add(index, message.self);
      }),
  );
  try {
    await Promise.all(processes.map(({ ready }) => ready));
  } catch (error) {
    for (const process of processes) process.kill();
    throw error;
  }
  return processes;
}

interface RunningOptions {
  plan: Plan;
  begin: number;
  signal: AbortSignal;
  /** Told of every process that fails or dies; the others go on. */
  onLost: (sentence: string) => void;
}

/** Resolves when no process is at work any more. */
async function runProcesses(processes: LoadProcess[], { plan, begin, signal, onLost }: RunningOptions): Promise<void> {
  const stop = (): void => {
    for (const process of processes) process.send({ kind: 'stop' });
  };
  signal.addEventListener('abort', stop, { once: true });
  const shares = processes.map(async (process, index) => {
    process.send({ kind: 'start', plan, shard: { index, count: plan.workers }, startAt: begin });
    await process.finished.catch(({ message }: Error) => onLost(lossOf(index, plan.workers, message)));
  });
  await Promise.all(shares);
  signal.removeEventListener('abort', stop);
}

function lossOf(index: number, count: number, reason: string): string {
  return `Worker process ${index + 1} of ${count} was lost (${reason}): from then on its share of the load is missing.`;
}
