import { letHelpersGiveWay } from '../../shared/helper-threads.ts';
import { Recorder } from '../core/recorder.ts';
import { SelfObserver } from '../core/self-observation.ts';
import { makeLoad } from './load-share.ts';
import { type FromWorker, isToWorker, type ToWorker } from './worker-messages.ts';

/** Entry of a load process: makes its share and reports every second. */
const intervalMs = 1000;
const stop = new AbortController();

process.on('message', (message) => {
  if (!isToWorker(message)) return;
  if (message.kind === 'start') void run(message);
  if (message.kind === 'stop') stop.abort();
});
// The coordinator stops its workers itself; a signal to the whole group must not cut them off first.
process.on('SIGINT', () => stop.abort());
process.on('disconnect', () => process.exit(1));

letHelpersGiveWay();
report({ kind: 'ready' });

function report(message: FromWorker): void {
  process.send?.(message);
}

async function run({ plan, shard, startAt }: ToWorker & { kind: 'start' }): Promise<void> {
  const recorder = new Recorder();
  const observer = new SelfObserver();
  const flush = (): void => {
    const second = Math.max(0, Math.round((Date.now() - startAt) / intervalMs) - 1);
    report({ kind: 'interval', second, interval: recorder.take(), self: observer.take() });
  };
  // After all timers of the turn: that of the delay's histogram has to see a standstill before it is read and reset.
  let soon: NodeJS.Immediate | undefined;
  const timer = setInterval(() => {
    soon = setImmediate(flush);
  }, intervalMs);
  try {
    const startMs = performance.now() + (startAt - Date.now());
    await makeLoad({ plan, shard, recorder, startMs, signal: stop.signal });
    flush();
    report({ kind: 'done' });
  } catch (error) {
    report({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    clearInterval(timer);
    clearImmediate(soon);
    observer.close();
    process.disconnect?.();
  }
}
