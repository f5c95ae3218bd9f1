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

interface Window {
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

/** The highest rate that a hub keeps up with, and what it does there per CPU-second. */
export interface Capacity extends Window {
  /** Whether the generator was late itself when the next rate failed, so that the hub may do more. */
  generatorWasLate: boolean;
}

interface Search {
  generator: GeneratorProcess;
  hub: RunningHub;
  row: Row;
  percentile: Percentile;
}

/**
 * Offers work at rising rates until latency leaves its bound or work piles up, each time it is tried: anything that runs beside
 * the benchmark may spoil a window, and can only make it worse.
 */
export async function findCapacity({ row, ...trial }: Search): Promise<Capacity | undefined> {
  let best: Window | undefined;
  let failed: Window | undefined;
  let perSecond = row.fromPerSecond;
  let step = wideStep;
  for (;;) {
    const window = await keeps({ ...trial, row, perSecond });
    process.stderr.write(window.kept ? '.' : 'x');
    if (window.kept) {
      best = window;
      const room = 0.8 / Math.max(window.cpuShare, 0.01);
      perSecond *= step === wideStep ? Math.min(maxStep, Math.max(step, room)) : step;
    } else {
      failed = window;
      if (step === fineStep || !best || window.undone > 0) break;
      step = fineStep;
      perSecond = best.perSecond * step;
    }
  }
  return best && { ...best, generatorWasLate: (failed?.generatorLagMs ?? 0) > maxLatencyMs / 2 };
}

async function keeps(trial: Search & { perSecond: number }): Promise<Window> {
  let window = await offer(trial);
  for (let tries = 1; tries < maxTries && !window.kept && window.undone === 0; tries += 1) window = await offer(trial);
  return window;
}

async function offer({ generator, hub, row, percentile, perSecond }: Search & { perSecond: number }): Promise<Window> {
  const offered = await generator.offer(hub, row.workload, { perSecond, warmUpMs, windowMs });
  const { units, cpuSeconds, p50Ms, generatorLagMs, undone } = offered;
  const highMs = percentile === 'p99' ? offered.p99Ms : offered.p95Ms;
  const expected = perSecond * unitsPerOperation(row) * (windowMs / 1000);
  const isPrompt = highMs <= maxLatencyMs && units >= expected * leastDoneShare;
  // Beyond what a hub or the generator can do connections are given up; short of it nothing may be lost.
  if (isPrompt && undone > 0) throw new Error(`${undone} operations were never done`);
  return {
    perSecond,
    unitsPerCpuSecond: units / cpuSeconds,
    cpuShare: cpuSeconds / (windowMs / 1000),
    p50Ms,
    highMs,
    ...{ generatorLagMs, undone },
    kept: isPrompt,
  };
}

function unitsPerOperation({ workload }: Row): number {
  if (workload.kind === 'broadcast') return workload.roomSize - 1;
  return workload.kind === 'churn' && !workload.inOneGo ? 0.5 : 1;
}
