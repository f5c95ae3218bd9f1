import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';

/** How long a forced checkpoint waits for a write to end; writes take a fraction of a millisecond. */
const busyTimeoutMs = 1_000;

const setup = z.object({ file: z.string(), maxLogPages: z.number(), working: z.instanceof(Int32Array) });

const { file, maxLogPages, working } = setup.parse(workerData);
const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
database.exec('PRAGMA synchronous = NORMAL');
/** Copies what it can while others write. The log begins anew when once all of it was copied. */
const passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
/** Copies all of it, and lets writers wait meanwhile: only little is left after a passive one. */
const forced = database.prepare('PRAGMA wal_checkpoint(RESTART)');

function checkpoint(): void {
  const pages = Number(passive.get()?.log);
  if (pages > maxLogPages) forced.get();
  Atomics.store(working, 0, 0);
  Atomics.notify(working, 0);
  parentPort?.postMessage('done');
}

parentPort?.on('message', (task: unknown) => {
  if (task !== 'close') return checkpoint();
  database.close();
  parentPort?.close();
});
