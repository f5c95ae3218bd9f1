import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sfuLimits } from '../shared/limits.ts';
import { QualityMonitor, type QualitySource } from './quality.ts';
import type { QualityEntry } from './types.ts';

describe('QualityMonitor', () => {
  let told: QualityEntry[][];
  let monitor: QualityMonitor;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    monitor = new QualityMonitor((entries) => told.push(entries));
  });

  afterEach(() => {
    monitor.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const source = (participant: string, score: number | undefined): QualitySource & { value: number | undefined } => ({
    participant,
    direction: 'receive',
    value: score,
    score() {
      return this.value;
    },
  });

  it('tells many changes of one interval once', () => {
    monitor.add(source('ann', 10));
    for (let change = 0; change < 50; change += 1) monitor.touch();
    vi.advanceTimersByTime(sfuLimits.qualityIntervalMs);
    expect(told).toEqual([[{ participant: 'ann', direction: 'receive', score: 10 }]]);
  });

  it('takes a participant for as good as its worst stream', () => {
    monitor.add(source('ann', 10));
    monitor.add(source('ann', 4));
    monitor.flush();
    expect(told[0]).toEqual([{ participant: 'ann', direction: 'receive', score: 4 }]);
  });

  it('leaves out streams that are not meant to flow', () => {
    monitor.add(source('ann', undefined));
    monitor.flush();
    expect(told).toEqual([]);
  });

  it('tells only those whose score has changed', () => {
    const ann = source('ann', 10);
    monitor.add(ann);
    monitor.add(source('bea', 7));
    monitor.flush();
    ann.value = 3;
    monitor.flush();
    monitor.flush();
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual([{ participant: 'ann', direction: 'receive', score: 3 }]);
  });

  it('keeps sending and receiving apart', () => {
    monitor.add(source('ann', 2));
    monitor.add({ participant: 'ann', direction: 'send', score: () => 9 });
    monitor.flush();
    expect(told[0]?.map(({ direction, score }) => [direction, score])).toEqual([
      ['receive', 2],
      ['send', 9],
    ]);
  });

  it('says nothing after it is closed', () => {
    monitor.add(source('ann', 5));
    monitor.touch();
    monitor.close();
    monitor.touch();
    vi.advanceTimersByTime(sfuLimits.qualityIntervalMs * 2);
    expect(told).toEqual([]);
  });
});
