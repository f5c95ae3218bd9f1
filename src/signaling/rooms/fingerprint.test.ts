import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

it('is the same for the same text, however it was put together', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), fc.nat(2_000), (text, at) => {
      expect(fingerprintOf(`${text.slice(0, at)}${text.slice(at)}`)).toBe(fingerprintOf(text));
    }),
  );
});

it('tells texts apart that differ in any one character, up to 256', () => {
  const places = fc.integer({ min: 1, max: 256 }).chain((length) => fc.tuple(fc.constant(length), fc.nat(length - 1)));
  fc.assert(
    fc.property(places, ([length, at]) => {
      const text = 'x'.repeat(length);
      expect(fingerprintOf(`${text.slice(0, at)}y${text.slice(at + 1)}`)).not.toBe(fingerprintOf(text));
    }),
    { numRuns: 1_000 },
  );
});

it('tells long texts apart by their length, and by any stretch that is long enough', () => {
  const text = 'x'.repeat(10_000);
  expect(fingerprintOf(`${text}x`)).not.toBe(fingerprintOf(text));
  for (let at = 0; at < 9_950; at += 50) {
    expect(fingerprintOf(`${text.slice(0, at)}${'y'.repeat(50)}${text.slice(at + 50)}`)).not.toBe(fingerprintOf(text));
  }
});
