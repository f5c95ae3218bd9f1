import { type ChildProcess, fork } from 'node:child_process';
import { type FromWorker, isFromWorker, type ToWorker } from './worker-messages.ts';

const entry = new URL('./worker.ts', import.meta.url);

/** One worker process of the load, seen from the coordinator. */
export class LoadProcess {
  readonly #child: ChildProcess = fork(entry);
  /** Resolves when the process has loaded its code: a load that began before would start late. */
  readonly ready: Promise<void>;
  /** Resolves when the share is done; rejects when the process failed or died. */
  readonly finished: Promise<void>;

  constructor(onInterval: (message: FromWorker & { kind: 'interval' }) => void) {
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
    this.finished = new Promise((resolve, reject) => {
      this.#child.on('message', (message) => {
        if (!isFromWorker(message)) return;
        if (message.kind === 'ready') isReady();
        if (message.kind === 'interval') onInterval(message);
        if (message.kind === 'done') resolve();
        if (message.kind === 'failed') reject(new Error(message.message));
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => reject(new Error(`a worker process ended early (${signal ?? code})`)));
    });
    // Whoever waits for all processes sees the first failure; the others must not count as unhandled.
    this.finished.catch(() => undefined);
    this.ready = Promise.race([ready, this.finished]);
    this.ready.catch(() => undefined);
  }

  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
