import { expect, test } from 'vitest';
import { Interrupts } from './interrupts.ts';

test('each interrupt ends the phase under way, and a second one in it stops the program', () => {
  let stopped = 0;
  const interrupts = new Interrupts(() => stopped++);
  const load = interrupts.begin();
  interrupts.interrupt();
  expect([load.aborted, stopped]).toEqual([true, 0]);
  const settle = interrupts.begin();
  expect(settle.aborted).toBe(false);
  interrupts.interrupt();
  expect([settle.aborted, stopped]).toEqual([true, 0]);
  interrupts.interrupt();
  expect(stopped).toBe(1);
});

test('stops the program before anything has begun', () => {
  let stopped = 0;
  new Interrupts(() => stopped++).interrupt();
  expect(stopped).toBe(1);
});
