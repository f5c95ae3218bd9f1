import { expect, it } from 'vitest';
import { FrameMemory } from './frame-memory.ts';

it('gives out again what it has taken back, and never the same piece twice', () => {
  const memory = new FrameMemory();
  const [first, second] = [memory.take(600), memory.take(1_000)];
  expect([first.length, second.length]).toEqual([1_024, 1_024]);
  memory.give(first);
  expect(memory.take(1_024)).toBe(first);
  expect(memory.take(1_024)).not.toBe(first);
});

it('keeps no large pieces, and not any number of small ones', () => {
  const memory = new FrameMemory();
  const large = memory.take(100_000);
  memory.give(large);
  expect(memory.take(100_000)).not.toBe(large);
  const pieces = new Set(Array.from({ length: 1_000 }, () => memory.take(1)));
  for (const piece of pieces) memory.give(piece);
  const again = Array.from({ length: 1_000 }, () => memory.take(1)).filter((piece) => pieces.has(piece));
  expect(again).toHaveLength(256);
});
