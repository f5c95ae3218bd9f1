import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { turnLimits } from '../../shared/limits.ts';
import type { TurnLogger } from '../limit/limit-log.ts';
import type { ListenerPlace } from '../listener/listeners.ts';
import type { ThreadCommand, ThreadEvent, WorkerSetup } from './thread-messages.ts';

/** A TurnThread in a worker, seen from the main thread. */
export class WorkerThread {
  readonly places: readonly ListenerPlace[];
  readonly #worker: Worker;
  #closing: Promise<void> | undefined;

  private constructor(worker: Worker, places: readonly ListenerPlace[]) {
    this.#worker = worker;
    this.places = places;
  }

  /** Starts a worker and waits until it listens. `onExit` is told when it ends without having been closed. */
  static async start(
    setup: WorkerSetup,
    environment: { logger: TurnLogger; onExit: (error: unknown) => void },
  ): Promise<WorkerThread> {
    const worker = new Worker(new URL('./turn-worker.ts', import.meta.url), { workerData: setup });
    const places = await waitUntilOpen(worker, environment.logger);
    const thread = new WorkerThread(worker, places);
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.once('exit', () => {
      if (thread.#closing === undefined) environment.onExit(cause);
    });
    return thread;
  }

  command(command: ThreadCommand): void {
    this.#worker.postMessage(command);
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    const timer = new AbortController();
    const exited = once(this.#worker, 'exit').then(() => timer.abort());
    this.command({ type: 'close' });
    const overdue = delay(turnLimits.threadCloseTimeoutMs, undefined, { signal: timer.signal }).then(
      () => this.#worker.terminate(),
      () => undefined,
    );
    await Promise.all([exited, overdue]);
  }
}

function waitUntilOpen(worker: Worker, logger: TurnLogger): Promise<readonly ListenerPlace[]> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the TURN worker ended before it listened')));
    worker.on('message', (event: ThreadEvent) => {
      if (event.type === 'logged') logger[event.level](event.details, event.message);
      else if (event.type === 'opened') resolve(event.places);
      else reject(Object.assign(new Error(event.message), { code: event.code }));
    });
  });
}
