import { describe, expect, it } from 'vitest';
import { sfuLimits } from '../shared/limits.ts';
import { restartDelayMs } from './worker-pool.ts';

describe('restartDelayMs', () => {
  it('replaces a worker at once the first time', () => {
    expect(restartDelayMs(0)).toBe(0);
  });

  it('doubles with each further failure, up to its bound', () => {
    const delays = Array.from({ length: 40 }, (_, failures) => restartDelayMs(failures + 1));
    expect(delays[0]).toBe(sfuLimits.workerRestartDelayMs);
    expect(delays[1]).toBe(sfuLimits.workerRestartDelayMs * 2);
    expect(Math.max(...delays)).toBe(sfuLimits.maxWorkerRestartDelayMs);
  });
});
