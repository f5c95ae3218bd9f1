import { expect, test } from 'vitest';
import { LatencyHistogram } from './histogram.ts';
import { runOpenLoop, sleepUntil } from './open-loop.ts';
import { Recorder } from './recorder.ts';
import { judgeBottleneck, SelfObserver } from './self-observation.ts';
import { Totals } from './totals.ts';

test('keeps percentiles within a thousandth, through encoding and decoding', () => {
  const histogram = new LatencyHistogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
  const { p50, p99, max, count } = LatencyHistogram.decode(histogram.encode()).summary();
  expect(count).toBe(1000);
  expect(p50 / 500).toBeCloseTo(1, 2);
  expect(p99 / 990).toBeCloseTo(1, 2);
  expect(max / 1000).toBeCloseTo(1, 2);
});

test('records latencies below a microsecond and beyond ten minutes at its ends', () => {
  const histogram = new LatencyHistogram();
  histogram.record(0);
  histogram.record(1e9);
  expect(histogram.summary().count).toBe(2);
  expect(histogram.summary().max).toBeGreaterThan(599_000);
});

test('adds up the intervals of several processes, in total and for each second', () => {
  const totals = new Totals();
  for (const [source, ms] of [
    ['0', 10],
    ['1', 30],
  ] as const) {
    const recorder = new Recorder();
    recorder.latency('join', ms);
    recorder.count('joins.achieved');
    recorder.level('participants', 5);
    recorder.error('timeout');
    totals.add(source, 2, recorder.take());
  }
  expect(totals.latencies.get('join')?.summary()).toMatchObject({ count: 2 });
  expect(totals.counters).toEqual({ 'joins.achieved': 2 });
  expect(totals.errorCount).toBe(2);
  expect(totals.seconds()).toHaveLength(3);
  expect(totals.latest()).toMatchObject({ atSeconds: 2, errors: 2, levels: { participants: 10 } });
});

test('shows the newest second that all processes have reported, and does not wait for one that is done', () => {
  const totals = new Totals();
  const report = (source: string, second: number): void => {
    const recorder = new Recorder();
    recorder.count('joins.achieved', 10);
    totals.add(source, second, recorder.take());
  };
  for (const source of ['0', '1']) report(source, 0);
  report('0', 1);
  expect(totals.latest()).toMatchObject({ atSeconds: 0, counters: { 'joins.achieved': 20 } });
  for (const second of [2, 3]) report('0', second);
  expect(totals.latest()).toMatchObject({ atSeconds: 3, counters: { 'joins.achieved': 10 } });
});

test('keeps seconds long past as summaries, and counts what comes late without losing it', () => {
  const totals = new Totals();
  const intervalOf = (ms: number) => {
    const recorder = new Recorder();
    recorder.latency('join', ms);
    recorder.count('joins.achieved');
    return recorder.take();
  };
  for (let second = 0; second < 30; second++) totals.add('0', second, intervalOf(second + 1));
  totals.add('1', 3, intervalOf(500));
  const seconds = totals.seconds();
  expect(seconds.map(({ atSeconds }) => atSeconds)).toEqual([...new Array(30).keys()]);
  expect(seconds[3]?.latencies.join).toMatchObject({ count: 1 });
  expect(totals.latencies.get('join')?.count).toBe(31);
  expect(seconds.reduce((sum, { counters }) => sum + (counters['joins.achieved'] ?? 0), 0)).toBe(31);
});

test('hands every measurement over once, and levels as they stand', () => {
  const recorder = new Recorder();
  recorder.count('sent', 3);
  recorder.latency('ping', 1);
  recorder.level('participants', 1);
  recorder.take();
  expect(recorder.take()).toEqual({ latencies: {}, counters: {}, errors: {}, levels: { participants: 1 } });
});

test('an operation that starts late still counts from its intended time', async () => {
  const startMs = performance.now();
  const lateness: number[] = [];
  await runOpenLoop({
    startMs,
    times: [0, 5, 10, 300],
    signal: new AbortController().signal,
    recorder: new Recorder(),
    start: (intendedMs, index) => {
      if (index === 0) while (performance.now() < startMs + 40);
      lateness.push(performance.now() - intendedMs);
    },
  });
  expect(lateness).toHaveLength(4);
  expect(lateness[1]).toBeGreaterThanOrEqual(34);
  expect(lateness[2]).toBeGreaterThanOrEqual(29);
  expect(lateness[3]).toBeLessThan(250);
});

test('an aborted loop starts nothing more and says how much it started', async () => {
  const controller = new AbortController();
  const started = await runOpenLoop({
    startMs: performance.now(),
    times: [0, 1, 60_000],
    signal: controller.signal,
    recorder: new Recorder(),
    start: (_intendedMs, index) => {
      if (index === 1) setTimeout(() => controller.abort(), 5);
    },
  });
  expect(started).toBe(2);
});

test('wakes everyone who sleeps when the run is stopped', async () => {
  const controller = new AbortController();
  const startMs = performance.now();
  const sleeping = Array.from({ length: 1000 }, () => sleepUntil(performance.now() + 60_000, controller.signal));
  controller.abort();
  await Promise.all(sleeping);
  await sleepUntil(performance.now() + 60_000, controller.signal);
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

test('notices that this process itself was the bottleneck', async () => {
  const observer = new SelfObserver();
  observer.take();
  // The native timer measures from its first call after a reset.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const until = performance.now() + 150;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const busy = observer.take();
  observer.close();
  expect(busy.eventLoopMaxMs).toBeGreaterThan(100);
  const verdict = judgeBottleneck([busy]);
  expect(verdict.wasBottleneck).toBe(true);
  expect(verdict.sentence).toContain('bottleneck');
});

test('does not blame itself for a single busy second in a long run', () => {
  const calm = { cpu: 0.3, eventLoopP99Ms: 2, eventLoopMaxMs: 5, residentBytes: 1, coreWait: 0 };
  const busy = { ...calm, cpu: 1 };
  expect(judgeBottleneck([...new Array(40).fill(calm), busy]).wasBottleneck).toBe(false);
  expect(judgeBottleneck([...new Array(40).fill(calm), busy, busy, busy]).wasBottleneck).toBe(true);
});

test('blames itself when operations start late, and says when the machine has no core for it', () => {
  const calm = { cpu: 0.3, eventLoopP99Ms: 2, eventLoopMaxMs: 5, residentBytes: 1, coreWait: 0 };
  expect(judgeBottleneck([calm], { percentile: 99, ms: 5 })).toMatchObject({ wasBottleneck: false, lateMs: 5 });
  expect(judgeBottleneck([calm], { percentile: 90, ms: 60 }).wasBottleneck).toBe(true);
  expect(judgeBottleneck([{ ...calm, coreWait: 0.2 }], { percentile: 99, ms: 60 }).sentence).toContain(
    'waited for a core 20% of the time',
  );
});
