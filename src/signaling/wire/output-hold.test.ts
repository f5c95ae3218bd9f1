import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutputHold } from './output-hold.ts';

describe('OutputHold', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function underLoad() {
    const times = { active: 0, idle: 0 };
    const hold = new OutputHold(() => ({ ...times }));
    const pass = (active: number, idle: number) => {
      times.active += active;
      times.idle += idle;
      vi.advanceTimersByTime(active + idle);
      return hold.read();
    };
    return { hold, pass };
  }

  it('is nothing until the event loop has hardly any time left, and then until it has plenty', () => {
    const { hold, pass } = underLoad();
    expect(hold.read()).toBe(0);
    const shares = [0.5, 0.79, 0.81, 1, 0.79, 0.51, 0.49, 0.79];
    expect(shares.map((share) => pass(share * 60, (1 - share) * 60))).toEqual([0, 0, 20, 20, 20, 20, 0, 0]);
  });

  it('judges by a while, not by a moment', () => {
    const { pass } = underLoad();
    expect([pass(10, 0), pass(10, 0), pass(0, 40)]).toEqual([0, 0, 0]);
    expect(pass(60, 0)).toBe(20);
    expect(pass(0, 10)).toBe(20);
  });

  it('sees a loop that has nothing but work', async () => {
    vi.useRealTimers();
    const hold = new OutputHold();
    const until = performance.now() + 200;
    while (performance.now() < until) await setImmediate();
    expect(hold.read()).toBeGreaterThan(0);
  });
});
