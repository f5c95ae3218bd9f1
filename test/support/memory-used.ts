import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes of the heap and of buffers in use after the garbage was collected, also what only falls free with finalizers. */
export async function memoryUsed(): Promise<number> {
  if (typeof collect !== 'function') throw new Error('The garbage collector cannot be called.');
  for (let round = 0; round < 4; round += 1) {
    collect();
    await delay(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
