import { expect, it } from 'vitest';
import { connectionLevel } from './connection-level.ts';

it.each([
  [undefined, 'unknown'],
  [0, 'lost'],
  [1, 'poor'],
  [4, 'poor'],
  [5, 'fair'],
  [7, 'fair'],
  [8, 'good'],
  [10, 'good'],
] as const)('shows a score of %s as %s', (score, level) => {
  expect(connectionLevel(score)).toBe(level);
});
