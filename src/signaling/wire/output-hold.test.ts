import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdFor, OutputHold } from './output-hold.ts';

describe('holdFor', () => {
  it('is nothing until the event loop has hardly any time left, and then grows to its bound', () => {
    expect([0, 0.5, 0.8].map(holdFor)).toEqual([0, 0, 0]);
    expect(holdFor(0.9)).toBeGreaterThan(5);
    expect(holdFor(0.9)).toBeLessThan(20);
    expect([0.97, 1].map(holdFor)).toEqual([20, 20]);
  });
});

describe('OutputHold', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('follows the load, a moment later', () => {
    const times = { active: 0, idle: 0 };
    const hold = new OutputHold(() => ({ ...times }));
    const pass = (active: number, idle: number) => {
      times.active += active;
      times.idle += idle;
      vi.advanceTimersByTime(active + idle);
      return hold.read();
    };
    expect(hold.read()).toBe(0);
    expect(pass(60, 0)).toBe(20);
    expect(pass(0, 10)).toBe(20);
    expect(pass(10, 50)).toBe(0);
  });

  it('sees a loop that has nothing but work', async () => {
    vi.useRealTimers();
    const hold = new OutputHold();
    const until = performance.now() + 200;
    while (performance.now() < until) await setImmediate();
    expect(hold.read()).toBeGreaterThan(0);
  });
});
