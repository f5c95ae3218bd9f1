import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { TurnFlusher } from './turn-flusher.ts';

function setUp(holdMs: number) {
  const flusher = new TurnFlusher(() => holdMs);
  const written: string[][] = [];
  let waiting: string[] = [];
  const outbox = {
    flush() {
      written.push(waiting);
      waiting = [];
    },
  };
  const send = (text: string) => {
    if (waiting.length === 0) flusher.addOutbox(outbox);
    waiting.push(text);
  };
  return { send, written };
}

it('ends every turn with one write a socket', async () => {
  const { send, written } = setUp(0);
  send('one');
  send('two');
  await setImmediate();
  send('three');
  await setImmediate();
  expect(written).toEqual([['one', 'two'], ['three']]);
});

it('makes one write of what several turns bring while output is held', async () => {
  const { send, written } = setUp(30);
  for (const text of ['one', 'two', 'three']) {
    send(text);
    await setImmediate();
  }
  expect(written).toEqual([]);
  await sleep(60);
  expect(written).toEqual([['one', 'two', 'three']]);
});
