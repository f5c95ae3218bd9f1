import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectGarbage, IdleCollector } from './idle-collector.ts';

describe('the collector of an idle server', () => {
  let connections = 0;
  const collect = vi.fn(async () => undefined);
  let collector: IdleCollector;

  beforeEach(() => {
    vi.useFakeTimers();
    collect.mockClear();
    connections = 0;
    collector = new IdleCollector({ connections: () => connections, collect });
  });

  afterEach(async () => {
    await collector.close();
    vi.useRealTimers();
  });

  it('collects once after everybody has left', () => {
    connections = 3;
    vi.advanceTimersByTime(20_000);
    connections = 0;
    vi.advanceTimersByTime(60_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('does nothing while somebody is there, nor before anybody was', () => {
    vi.advanceTimersByTime(60_000);
    connections = 1;
    vi.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
  });

  it('waits for those who come back at once', () => {
    for (let round = 0; round < 10; round += 1) {
      connections = 1;
      vi.advanceTimersByTime(5_000);
      connections = 0;
      vi.advanceTimersByTime(5_000);
    }
    expect(collect).not.toHaveBeenCalled();
  });

  it('is over when it is closed', async () => {
    connections = 1;
    vi.advanceTimersByTime(10_000);
    connections = 0;
    await collector.close();
    vi.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
  });
});

it('gives back what nobody needs any more', async () => {
  let litter: object[] | undefined = Array.from({ length: 500_000 }, (_, index) => ({ index }));
  const full = process.memoryUsage().heapUsed;
  expect(litter).toHaveLength(500_000);
  litter = undefined;
  await collectGarbage();
  expect(full - process.memoryUsage().heapUsed).toBeGreaterThan(10_000_000);
});
