import type { Random } from './random.ts';

export interface ArrivalOptions {
  /** Arrivals a second once the ramp is over. */
  ratePerSecond: number;
  /** The rate grows evenly from nothing during this time. */
  rampMs: number;
  durationMs: number;
  /** With a generator arrivals are a Poisson process; without one they are evenly spaced. */
  random?: Random;
}

/**
 * Yields the intended start times of an open-loop load, in milliseconds from its beginning. A process with a changing
 * rate is the one with rate 1 seen through the inverse of the expected count: Λ(t) = rate·t²/2·ramp during the ramp,
 * a straight line afterwards.
 */
export function* arrivals({ ratePerSecond, rampMs, durationMs, random }: ArrivalOptions): Generator<number> {
  const perMs = ratePerSecond / 1000;
  if (perMs <= 0) return;
  const countInRamp = (perMs * rampMs) / 2;
  let count = 0;
  while (true) {
    count += random ? random.exponential(1) : 1;
    const atMs = count < countInRamp ? Math.sqrt((2 * count * rampMs) / perMs) : rampMs + (count - countInRamp) / perMs;
    if (atMs >= durationMs) return;
    yield atMs;
  }
}

/** Yields `count` times spread evenly over `rampMs`: the ramp to a population that then stays. */
export function* evenly(count: number, rampMs: number): Generator<number> {
  for (let index = 0; index < count; index++) yield (index * rampMs) / count;
}
