import { describe, expect, it } from 'vitest';
import { CrosspointError } from '../../shared/errors.ts';
import { signalingLimits } from '../../shared/limits.ts';
import { RateGuard } from './rate-guard.ts';

const limits = { ...signalingLimits, requestsPerSecond: 10, requestBurst: 5, rateLimitRefusals: 3 };

describe('RateGuard', () => {
  it('warns first, with a time to wait, and closes when that is ignored', () => {
    const guard = new RateGuard(limits, 0);
    const verdicts = Array.from({ length: 9 }, () => guard.judge(10, 0));
    expect(verdicts.slice(0, 5)).toEqual(Array(5).fill(undefined));
    const [warning] = verdicts.slice(5);
    expect(warning).toBeInstanceOf(CrosspointError);
    expect(warning).toMatchObject({ code: 'rateLimited', data: { retryAfterMs: 100 } });
    expect(verdicts.at(-1)).toBe('close');
  });

  it('forgives once the client has kept quiet for long enough', () => {
    const guard = new RateGuard(limits, 0);
    for (let count = 0; count < 8; count += 1) guard.judge(10, 0);
    expect(guard.judge(10, 2_000)).toBeUndefined();
    const later = Array.from({ length: 7 }, () => guard.judge(10, 2_000));
    expect(later).not.toContain('close');
  });

  it('bounds bytes as well', () => {
    const guard = new RateGuard({ ...limits, receivedBytesPerSecond: 1_000, receivedBytesBurst: 2_000 }, 0);
    expect(guard.judge(2_500, 0)).toBeUndefined();
    expect(guard.judge(1, 0)).toMatchObject({ code: 'rateLimited' });
    expect(guard.judge(1, 1_000)).toBeUndefined();
  });
});
