import { expect, test } from 'vitest';
import { arrivals, evenly } from './arrivals.ts';
import { parseDistribution } from './distribution.ts';
import { Random } from './random.ts';

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('the same seed draws the same numbers, another label draws others', () => {
  const draw = (seed: number, label: string): number[] => {
    const random = new Random(seed, label);
    return Array.from({ length: 20 }, () => random.next());
  };
  expect(draw(7, 'a')).toEqual(draw(7, 'a'));
  expect(draw(7, 'a')).not.toEqual(draw(7, 'b'));
  expect(draw(7, 'a')).not.toEqual(draw(8, 'a'));
});

test('random numbers are even over their range', () => {
  const random = new Random(1);
  const buckets = new Array<number>(10).fill(0);
  for (let index = 0; index < 100_000; index++) {
    const bucket = random.below(10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (const bucket of buckets) expect(Math.abs(bucket / 10_000 - 1)).toBeLessThan(0.05);
});

test.each(['fixed:30s', '30s', 'exp:30s', 'uniform:10s-60s', 'lognormal:30s,0.8'])(
  'samples of %s have the mean that it announces',
  (text) => {
    const distribution = parseDistribution(text);
    const random = new Random(3);
    const samples = Array.from({ length: 40_000 }, () => distribution?.sample(random) ?? 0);
    expect(mean(samples) / (distribution?.meanMs ?? 1)).toBeCloseTo(1, 1);
  },
);

test.each(['', 'exp:', 'uniform:60s-10s', 'uniform:5s', 'pareto:3s', 'lognormal:3s,x', '10 apples'])(
  'refuses %j as a distribution',
  (text) => {
    expect(parseDistribution(text)).toBeUndefined();
  },
);

test('a fixed arrival process is evenly spaced after its ramp', () => {
  const times = [...arrivals({ ratePerSecond: 10, rampMs: 0, durationMs: 1000 })];
  expect(times).toHaveLength(9);
  expect(times[0]).toBeCloseTo(100);
  expect(times[8]).toBeCloseTo(900);
});

test('during the ramp the rate grows evenly, so half of the full rate’s arrivals happen in it', () => {
  const times = [...arrivals({ ratePerSecond: 100, rampMs: 2000, durationMs: 4000 })];
  expect(times.filter((time) => time < 2000).length).toBeCloseTo(100, -1);
  expect(times.filter((time) => time < 1000).length).toBeCloseTo(25, -1);
  expect(times.filter((time) => time >= 2000).length).toBeCloseTo(200, -1);
  expect(times).toEqual([...times].sort((left, right) => left - right));
});

test('a Poisson process has the offered rate and exponential gaps', () => {
  const times = [...arrivals({ ratePerSecond: 200, rampMs: 0, durationMs: 60_000, random: new Random(5) })];
  expect(times.length / 12_000).toBeCloseTo(1, 1);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const shorterThanMean = gaps.filter((gap) => gap < 5).length / gaps.length;
  expect(shorterThanMean).toBeCloseTo(1 - Math.exp(-1), 1);
});

test('spreads a population over its ramp', () => {
  expect([...evenly(4, 1000)]).toEqual([0, 250, 500, 750]);
});
