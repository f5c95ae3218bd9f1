import { setTimeout as sleep } from 'node:timers/promises';

export interface OpenLoopOptions {
  /** Start of the load on the clock of `performance.now()`. */
  startMs: number;
  /** Intended times, in milliseconds from the start, rising. */
  times: Iterable<number>;
  signal: AbortSignal;
  /** Starts one operation; its latency counts from `intendedMs`, on the clock of `performance.now()`. */
  start: (intendedMs: number, index: number) => void;
}

/**
 * Starts each operation at its intended time, however slow the earlier ones are. When the process itself is late, the
 * operations that are due start at once and keep their intended time: what a user would have waited is measured, and
 * nothing is left out ("coordinated omission").
 */
export async function runOpenLoop({ startMs, times, signal, start }: OpenLoopOptions): Promise<number> {
  let index = 0;
  for (const time of times) {
    const intendedMs = startMs + time;
    await sleepUntil(intendedMs, signal);
    if (signal.aborted) break;
    start(countFrom(intendedMs), index++);
  }
  return index;
}

/** Timers have a resolution of a millisecond, and may be that late without anything being slow. */
const timerResolutionMs = 1.5;

/** When the latency of an operation that starts now counts from: its intended time, unless only the timer was coarse. */
export function countFrom(intendedMs: number): number {
  const nowMs = performance.now();
  return nowMs - intendedMs < timerResolutionMs ? nowMs : intendedMs;
}

/** Waits until a time of `performance.now()`, or until the signal. */
export async function sleepUntil(timeMs: number, signal: AbortSignal): Promise<void> {
  // Timers cut fractions off, and an operation must not start before its time.
  const waitMs = Math.ceil(timeMs - performance.now());
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(ignoreAbort);
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
