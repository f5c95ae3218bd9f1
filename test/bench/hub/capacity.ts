import type { GeneratorProcess } from './generator-process.ts';
import type { RunningHub } from './hubs.ts';
import type { Row } from './rows.ts';

/** Latency within which a call still feels prompt. */
const maxP99Ms = 100;
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
  p99Ms: number;
  generatorLagMs: number;
  kept: boolean;
}

/** The highest rate that a hub keeps up with, and what it does there per CPU-second. */
export interface Capacity extends Window {
  /** Whether the generator was late itself when the next rate failed, so that the hub may do more. */
  generatorWasLate: boolean;
}

/**
 * Offers work at rising rates until latency leaves its bound or work piles up, each time it is tried: anything that runs beside
 * the benchmark may spoil a window, and can only make it worse.
 */
export async function findCapacity(
  generator: GeneratorProcess,
  hub: RunningHub,
  row: Row,
): Promise<Capacity | undefined> {
  let best: Window | undefined;
  let failed: Window | undefined;
  let perSecond = row.fromPerSecond;
  let step = wideStep;
  for (;;) {
    const window = await keeps(generator, hub, row, perSecond);
    process.stderr.write(window.kept ? '.' : 'x');
    if (window.kept) {
      best = window;
      const room = 0.8 / Math.max(window.cpuShare, 0.01);
      perSecond *= step === wideStep ? Math.min(maxStep, Math.max(step, room)) : step;
    } else {
      failed = window;
      if (step === fineStep || !best) break;
      step = fineStep;
      perSecond = best.perSecond * step;
    }
  }
  return best && { ...best, generatorWasLate: (failed?.generatorLagMs ?? 0) > maxP99Ms / 2 };
}

async function keeps(generator: GeneratorProcess, hub: RunningHub, row: Row, perSecond: number): Promise<Window> {
  let window = await offer(generator, hub, row, perSecond);
  for (let tries = 1; tries < maxTries && !window.kept; tries += 1)
    window = await offer(generator, hub, row, perSecond);
  return window;
}

async function offer(generator: GeneratorProcess, hub: RunningHub, row: Row, perSecond: number): Promise<Window> {
  const offered = await generator.offer(hub, row.workload, { perSecond, warmUpMs, windowMs });
  const { units, cpuSeconds, p50Ms, p99Ms, generatorLagMs } = offered;
  const expected = perSecond * unitsPerOperation(row) * (windowMs / 1000);
  return {
    perSecond,
    unitsPerCpuSecond: units / cpuSeconds,
    cpuShare: cpuSeconds / (windowMs / 1000),
    p50Ms,
    p99Ms,
    generatorLagMs,
    kept: p99Ms <= maxP99Ms && units >= expected * leastDoneShare,
  };
}

function unitsPerOperation({ workload }: Row): number {
  if (workload.kind === 'broadcast') return workload.roomSize - 1;
  return workload.kind === 'churn' && !workload.inOneGo ? 0.5 : 1;
}
