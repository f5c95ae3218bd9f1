export interface BackoffOptions {
  baseDelayMs: number;
  maxDelayMs: number;
  random: () => number;
}

/**
 * Exponential back-off with full jitter: attempt n waits a random time up to base·2ⁿ⁻¹, capped. Full jitter spreads the
 * clients of a restarted server best, because none of them has a delay in common.
 */
export function backoffDelayMs(attempt: number, { baseDelayMs, maxDelayMs, random }: BackoffOptions): number {
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attempt - 1, 30));
  return random() * ceiling;
}
