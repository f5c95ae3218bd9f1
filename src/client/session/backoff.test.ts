import { describe, expect, it } from 'vitest';
import { backoffDelayMs } from './backoff.ts';

const options = { baseDelayMs: 500, maxDelayMs: 15_000 };

describe('backoffDelayMs', () => {
  it('doubles its range with each attempt up to the cap', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) =>
      backoffDelayMs(attempt, { ...options, random: () => 1 }),
    );
    expect(ceilings).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('jitters over the whole range', () => {
    expect(backoffDelayMs(3, { ...options, random: () => 0 })).toBe(0);
    expect(backoffDelayMs(3, { ...options, random: () => 0.5 })).toBe(1000);
  });
});
