import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('lets a burst through, and then says how long to wait', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);
    expect([1, 2, 3].map(() => bucket.take(1, 0))).toEqual([0, 0, 0]);
    expect(bucket.take(1, 0)).toBe(100);
    expect(bucket.take(1, 50)).toBe(50);
    expect(bucket.take(1, 101)).toBe(0);
  });

  it('fills up to its burst and no further', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);
    expect(bucket.full).toBe(true);
    const taken = Array.from({ length: 10 }, () => bucket.take(1, 60_000)).filter((wait) => wait === 0);
    expect(taken).toHaveLength(3);
    expect(bucket.full).toBe(false);
  });

  it('lets one large taking through and makes the next ones wait for it', () => {
    const bucket = new TokenBucket({ perSecond: 1_000, burst: 1_000 }, 0);
    expect(bucket.take(5_000, 0)).toBe(0);
    expect(bucket.take(1, 1_000)).toBeGreaterThan(2_900);
    expect(bucket.take(1, 4_002)).toBe(0);
  });
});
