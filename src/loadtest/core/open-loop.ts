import type { Recorder } from './recorder.ts';

export interface OpenLoopOptions {
  /** Start of the load on the clock of `performance.now()`. */
  startMs: number;
  /** Intended times, in milliseconds from the start, rising. */
  times: Iterable<number>;
  signal: AbortSignal;
  /** Notes how far behind schedule the operations start: the tool’s own part of every latency. */
  recorder: Recorder;
  /** Starts one operation; its latency counts from `intendedMs`, on the clock of `performance.now()`. */
  start: (intendedMs: number, index: number) => void;
}

/**
 * Starts each operation at its intended time, however slow the earlier ones are. When the process itself is late, the
 * operations that are due start at once and keep their intended time: what a user would have waited is measured, and
 * nothing is left out ("coordinated omission").
 */
export async function runOpenLoop({ startMs, times, signal, recorder, start }: OpenLoopOptions): Promise<number> {
  let index = 0;
  for (const time of times) {
    const intendedMs = startMs + time;
    await sleepUntil(intendedMs, signal);
    if (signal.aborted) break;
    recorder.since('start', intendedMs);
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
export function sleepUntil(timeMs: number, signal: AbortSignal): Promise<void> {
  // Timers cut fractions off, and an operation must not start before its time.
  const waitMs = Math.ceil(timeMs - performance.now());
  if (waitMs <= 0 || signal.aborted) return Promise.resolve();
  const asleep = sleepersOf(signal);
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      asleep.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, waitMs);
    asleep.add(wake);
  });
}

/** Who has to be woken when the signal comes. */
const sleepers = new WeakMap<AbortSignal, Set<() => void>>();

/** One listener wakes all: signals keep listeners in a list, and with ten thousand sleepers each would walk all of it. */
function sleepersOf(signal: AbortSignal): Set<() => void> {
  const known = sleepers.get(signal);
  if (known) return known;
  const asleep = new Set<() => void>();
  sleepers.set(signal, asleep);
  const wakeAll = (): void => {
    for (const wake of asleep) wake();
  };
  signal.addEventListener('abort', wakeAll, { once: true });
  return asleep;
}
