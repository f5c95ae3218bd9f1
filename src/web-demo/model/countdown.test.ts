import { expect, it } from 'vitest';
import { formatCountdown } from './countdown.ts';

it.each([
  [245, '4:05'],
  [59.2, '1:00'],
  [9, '0:09'],
  [3_725, '1:02:05'],
  [0, '0:00'],
  [-3, '0:00'],
])('writes %d seconds as %s', (seconds, text) => {
  expect(formatCountdown(seconds)).toBe(text);
});
