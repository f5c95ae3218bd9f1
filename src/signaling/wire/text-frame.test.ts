import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTextFrames } from '../../../test/support/read-frames.ts';
import { spaceForText, writeTextFrame } from './text-frame.ts';

const lengths = fc.constantFrom(
  0,
  1,
  41,
  42,
  62,
  63,
  124,
  125,
  126,
  127,
  1_023,
  1_024,
  21_844,
  21_845,
  65_534,
  65_535,
  65_536,
);
const units = fc.constantFrom('x', 'é', '茶', '😀', '\ud83d', '\u0000');

it('frames texts of any size and alphabet, in any number of parts, in the space that it has asked for', () => {
  const parts = fc.array(fc.tuple(units, lengths), { maxLength: 3 });
  const check = (wanted: string[][]) => {
    const target = Buffer.alloc(wanted.reduce((sum, text) => sum + spaceForText(text), 0));
    let end = 0;
    for (const text of wanted) {
      const to = writeTextFrame(target, end, text);
      expect(to - end).toBeLessThanOrEqual(spaceForText(text));
      end = to;
    }
    const texts = wanted.map((text) => text.map((part) => part.toWellFormed()).join(''));
    expect(readTextFrames(target.subarray(0, end))).toEqual(texts);
  };
  const texts = fc.array(
    parts.map((all) => all.map(([unit, length]) => unit.repeat(length))),
    { maxLength: 4 },
  );
  fc.assert(fc.property(texts, check), { numRuns: 300 });
});
