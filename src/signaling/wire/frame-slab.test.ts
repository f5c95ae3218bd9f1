import { expect, it } from 'vitest';
import { readTextFrames } from '../../../test/support/read-frames.ts';
import { FrameSlab } from './frame-slab.ts';
import type { QueuedFrame } from './outbox-entry.ts';

const textsOf = (frame: QueuedFrame) => readTextFrames(Buffer.concat(frame.chunks()));

it('keeps what waits, however much that is, until it begins anew', () => {
  const slab = new FrameSlab();
  const texts = Array.from({ length: 5_000 }, (_, index) => `"${index} ${'茶'.repeat(index % 3_000)}"`);
  const frames = texts.map((text) => slab.add([text, '7}']));
  expect(frames.flatMap(textsOf)).toEqual(texts.map((text) => `${text}7}`));
  slab.clear();
  const [again, large] = [slab.add(['ag', 'ain']), slab.add(['x'.repeat(100_000)])];
  expect([...textsOf(again), ...textsOf(large)]).toEqual(['again', 'x'.repeat(100_000)]);
});
