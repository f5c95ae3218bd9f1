import type { SerialQueue } from '../../../src/shared/serial-queue.ts';
import type { GeneratorProcess } from './generator-process.ts';
import type { RunningHub } from './hubs.ts';
import type { Row } from './rows.ts';

/** Which share of the latencies has to be within the bound. */
export type Percentile = 'p95' | 'p99';

/** Latency within which a call still feels prompt. */
const maxLatencyMs = 100;
/** Of what was offered; less means that work piles up. */
const leastDoneShare = 0.97;
const maxTries = 3;
const warmUpMs = 700;
const windowMs = 2_000;
/** The rate rises by this factor while the hub has room, and by the smaller one towards the end. */
const wideStep = 1.4;
const fineStep = 1.12;
/** Where the hub is idle most of the time the next rate may be further away. */
const maxStep = 4;
/** From this share of its core on a hub has no time left. */
const saturatedFrom = 0.9;
/** By how much the rate rises once it is more than can be done, for as long as that brings more per CPU-second. */
const overloadStep = 1.25;
const leastGain = 1.02;
const overloadTries = 2;
/** How often the rate at which most was done is offered again. */
const repeats = 3;

export interface Window {
  perSecond: number;
  unitsPerCpuSecond: number;
  cpuShare: number;
  p50Ms: number;
  /** At the percentile that is bounded. */
  highMs: number;
  generatorLagMs: number;
  /** Operations that came to nothing. */
  undone: number;
  kept: boolean;
}

interface KeptWindow extends Window {
  /** Whether the generator was late itself when the next rate failed, so that the hub may do more. */
  generatorWasLate: boolean;
}

/** What a hub was found to do. */
export interface Capacity {
  /** At the highest rate that it kept up with. */
  kept: KeptWindow | undefined;
  /** Where it did most per CPU-second, of all windows in which it had no time left, however long its clients waited. */
  saturated: Window | undefined;
  /** All that were measured. */
  windows: Window[];
}

interface Search {
  generator: GeneratorProcess;
  hub: RunningHub;
  row: Row;
  percentile: Percentile;
  /** The hubs that are compared take turns window by window, because a machine’s speed changes within minutes. */
  turns: SerialQueue;
}

interface Trial extends Search {
  /** All that were measured. */
  windows: Window[];
}

/**
 * Offers work at rising rates until latency leaves its bound or work piles up, each time it is tried: anything that runs beside
 * the benchmark may spoil a window, and can only make it worse. Then it offers more than can be done, and repeats the best of that.
 */
export async function findCapacity(search: Search): Promise<Capacity> {
  const windows: Window[] = [];
  const trial = { ...search, windows };
  const { best, failed } = await raiseUntilTooMuch(trial);
  if (failed.undone === 0) await overload(trial, failed.perSecond);
  await repeatBest(trial);
  return {
    kept: best && { ...best, generatorWasLate: failed.generatorLagMs > maxLatencyMs / 2 },
    saturated: bestSaturated(windows),
    windows,
  };
}

function bestSaturated(windows: Window[]): Window | undefined {
  return mostPerCpuSecond(windows.filter(({ cpuShare, undone }) => cpuShare >= saturatedFrom && undone === 0));
}

/** Of several windows the one in which most was done per CPU-second. */
export function mostPerCpuSecond<W extends Window>(windows: W[]): W | undefined {
  return windows.toSorted((one, other) => other.unitsPerCpuSecond - one.unitsPerCpuSecond)[0];
}

/** Returns the window at the highest rate that was kept, and that which shows that the next rate was too high. */
async function raiseUntilTooMuch(trial: Trial): Promise<{ best: Window | undefined; failed: Window }> {
  let best: Window | undefined;
  let perSecond = trial.row.fromPerSecond;
  let step = wideStep;
  for (;;) {
    const window = await keeps(trial, perSecond);
    process.stderr.write(window.kept ? '.' : 'x');
    if (window.kept) {
      best = window;
      const room = 0.8 / Math.max(window.cpuShare, 0.01);
      perSecond *= step === wideStep ? Math.min(maxStep, Math.max(step, room)) : step;
    } else {
      if (step === fineStep || !best || window.undone > 0) return { best, failed: window };
      step = fineStep;
      perSecond = best.perSecond * step;
    }
  }
}

/** A hub that joins what goes to one socket gets cheaper the more waits, up to a point; others get no cheaper, or dearer. */
async function overload(trial: Trial, tooMuchPerSecond: number): Promise<void> {
  let most = 0;
  for (let perSecond = tooMuchPerSecond * overloadStep; ; perSecond *= overloadStep) {
    const windows: Window[] = [];
    for (let tries = 0; tries < overloadTries; tries += 1) {
      const window = await offer(trial, perSecond);
      if (window.undone > 0) return;
      windows.push(window);
    }
    process.stderr.write('+');
    const reached = mostPerCpuSecond(windows)?.unitsPerCpuSecond ?? 0;
    if (reached < most * leastGain) return;
    most = reached;
  }
}

async function repeatBest(trial: Trial): Promise<void> {
  const rate = bestSaturated(trial.windows)?.perSecond;
  // Members of whom something was never answered are spoilt.
  const spoilt = trial.windows.some(({ undone }) => undone > 0);
  if (rate === undefined || spoilt) return;
  for (let done = 0; done < repeats; done += 1) await offer(trial, rate);
}

async function keeps(trial: Trial, perSecond: number): Promise<Window> {
  let window = await offer(trial, perSecond);
  for (let tries = 1; tries < maxTries && !window.kept && window.undone === 0; tries += 1)
    window = await offer(trial, perSecond);
  return window;
}

async function offer(trial: Trial, perSecond: number): Promise<Window> {
  const { generator, hub, row, percentile, windows, turns } = trial;
  const timing = { perSecond, warmUpMs, windowMs };
  const offered = await turns.run(() => generator.offer(hub, row.workload, timing));
  const { units, cpuSeconds, p50Ms, generatorLagMs, undone } = offered;
  const highMs = percentile === 'p99' ? offered.p99Ms : offered.p95Ms;
  const expected = perSecond * unitsPerOperation(row) * (windowMs / 1000);
  const isPrompt = highMs <= maxLatencyMs && units >= expected * leastDoneShare;
  // Beyond what a hub or the generator can do connections are given up; short of it nothing may be lost.
  if (isPrompt && undone > 0) throw new Error(`${undone} operations were never done`);
  const window = {
    perSecond,
    unitsPerCpuSecond: units / cpuSeconds,
    cpuShare: cpuSeconds / (windowMs / 1000),
    p50Ms,
    highMs,
    ...{ generatorLagMs, undone },
    kept: isPrompt,
  };
  windows.push(window);
  return window;
}

function unitsPerOperation({ workload }: Row): number {
  if (workload.kind === 'broadcast') return workload.roomSize - 1;
  return workload.kind === 'churn' && !workload.inOneGo ? 0.5 : 1;
}
