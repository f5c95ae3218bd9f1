import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextLog } from './text-log.ts';

const kept = (log: TextLog) =>
  Array.from({ length: log.end - log.keptFrom }, (_, index) => log.at(log.keptFrom + index));

describe('TextLog', () => {
  it('keeps the last texts, whatever their size and alphabet', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 60 });
    fc.assert(
      fc.property(texts, (all) => {
        const log = new TextLog({ maxEvents: 40, maxBytes: 4_000 });
        const sizes = all.map((text, index) => {
          if (index % 3 > 0) return log.push(text);
          const bytes = Buffer.from(text);
          log.pushBytes(bytes);
          return bytes.length;
        });
        const wellFormed = all.map((text) => text.toWellFormed());
        expect(sizes).toEqual(wellFormed.map((text) => Buffer.byteLength(text)));
        expect(kept(log)).toEqual(wellFormed.slice(log.keptFrom));
        expect(log.end).toBe(all.length);
      }),
    );
  });

  it('keeps no more than the limits, and at least half of that', () => {
    const byNumber = new TextLog({ maxEvents: 10, maxBytes: 1e6 });
    const bySize = new TextLog({ maxEvents: 1e6, maxBytes: 10_000 });
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
    const log = new TextLog({ maxEvents: 10, maxBytes: 1_000 });
    for (const text of ['a'.repeat(900), 'b'.repeat(900), 'c']) log.push(text);
    expect(kept(log).at(-1)).toBe('c');
    expect(log.at(1)).toBe('b'.repeat(900));
  });

  it('starts empty', () => {
    const log = new TextLog({ maxEvents: 10, maxBytes: 1_000 });
    expect([log.end, log.keptFrom]).toEqual([0, 0]);
  });
});
