import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryUsed } from '../../../test/support/memory-used.ts';
import { TextLog } from './text-log.ts';

const kept = (log: TextLog) =>
  Array.from({ length: log.end - log.keptFrom }, (_, index) => log.at(log.keptFrom + index));

describe('TextLog', () => {
  it('keeps the last texts, whatever their size and alphabet', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 60 });
    fc.assert(
      fc.property(texts, (all) => {
        const log = new TextLog({ maxEvents: 40, maxBytes: 4_000, maxAgeMs: 60_000 });
        const sizes = all.map((text, index) => {
          if (index % 3 > 0) return log.push(text);
          const bytes = Buffer.from(`<${text}>`);
          log.pushBytes({ bytes, from: 1, to: bytes.length - 1 }, performance.now());
          return bytes.length - 2;
        });
        const wellFormed = all.map((text) => text.toWellFormed());
        expect(sizes).toEqual(wellFormed.map((text) => Buffer.byteLength(text)));
        expect(kept(log)).toEqual(wellFormed.slice(log.keptFrom));
        expect(log.end).toBe(all.length);
      }),
    );
  });

  it('keeps no more than the limits, and at least half of that', () => {
    const byNumber = new TextLog({ maxEvents: 10, maxBytes: 1e6, maxAgeMs: 60_000 });
    const bySize = new TextLog({ maxEvents: 1e6, maxBytes: 10_000, maxAgeMs: 60_000 });
    for (let index = 0; index < 1_000; index += 1) {
      byNumber.push('x');
      bySize.push('x'.repeat(100));
      const [number, bytes] = [byNumber.end - byNumber.keptFrom, (bySize.end - bySize.keptFrom) * 100];
      expect(number).toBeLessThanOrEqual(10);
      expect(bytes).toBeLessThanOrEqual(10_000);
      if (index > 200) expect([number >= 5, bytes >= 5_000]).toEqual([true, true]);
    }
  });

  it('keeps a text that is larger than half of the limit, alone if need be', () => {
    const log = new TextLog({ maxEvents: 10, maxBytes: 1_000, maxAgeMs: 60_000 });
    for (const text of ['a'.repeat(900), 'b'.repeat(900), 'c']) log.push(text);
    expect(kept(log).at(-1)).toBe('c');
    expect(log.at(1)).toBe('b'.repeat(900));
  });

  it('starts empty', () => {
    const log = new TextLog({ maxEvents: 10, maxBytes: 1_000, maxAgeMs: 60_000 });
    expect([log.end, log.keptFrom]).toEqual([0, 0]);
  });
});

describe('TextLog over time', () => {
  const maxAgeMs = 60_000;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps whatever is not of age', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(pauses, (all) => {
        const log = new TextLog({ maxEvents: 1e6, maxBytes: 1e6, maxAgeMs });
        const pushedAtMs = all.map((pauseMs) => {
          vi.advanceTimersByTime(pauseMs);
          log.push(`at ${performance.now()}`);
          return performance.now();
        });
        const due = pushedAtMs.filter((atMs) => performance.now() - atMs < maxAgeMs).map((atMs) => `at ${atMs}`);
        expect(kept(log).slice(kept(log).length - due.length)).toEqual(due);
      }),
    );
  });

  it('keeps nothing that is twice as old as it must be, while texts keep coming', () => {
    const log = new TextLog({ maxEvents: 1e6, maxBytes: 1e8, maxAgeMs });
    for (let second = 0; second < 3_600; second += 1) {
      log.push('x'.repeat(100));
      vi.advanceTimersByTime(1_000);
      expect(log.end - log.keptFrom).toBeLessThanOrEqual((2 * maxAgeMs) / 1_000);
    }
  });

  it('gives back what a busy time took', async () => {
    const logs = Array.from({ length: 20 }, () => new TextLog({ maxEvents: 1e6, maxBytes: 4e6, maxAgeMs }));
    const pushAll = (text: string) => {
      for (const log of logs) log.push(text);
    };
    const before = await memoryUsed();
    // More than the bound: what other code lets go meanwhile is taken off.
    pushAll('x'.repeat(1_500_000));
    expect((await memoryUsed()) - before).toBeGreaterThan(20e6);
    for (let minute = 0; minute < 3; minute += 1) {
      vi.advanceTimersByTime(maxAgeMs);
      pushAll('x');
    }
    expect((await memoryUsed()) - before).toBeLessThan(5e6);
  });
});
