import { CrosspointError } from './errors.ts';

interface Entry {
  start(): Promise<void>;
  reject(error: Error): void;
}

/**
 * Runs tasks one after the other, in the order they came. A task that finds the queue idle starts at once, in the same
 * turn of the event loop. Beyond `maxPending` waiting tasks a new one is refused with `rateLimited`.
 */
export class SerialQueue {
  readonly #maxPending: number;
  #pending: Entry[] = [];
  #running = false;
  #closed = false;

  constructor(options: { maxPending: number }) {
    this.#maxPending = options.maxPending;
  }

  get closed(): boolean {
    return this.#closed;
  }

  run<T>(task: () => T | Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(queueClosed());
    if (this.#pending.length >= this.#maxPending) return Promise.reject(new CrosspointError('rateLimited'));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const start = async () => {
      try {
        resolve(await task());
      } catch (error) {
        reject(error);
      }
    };
    this.#pending.push({ start, reject });
    if (!this.#running) void this.#drain();
    return promise;
  }

  /** Rejects what waits, with `notJoined`; the task that runs now comes to its own end. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const waiting = this.#pending;
    this.#pending = [];
    for (const entry of waiting) entry.reject(queueClosed());
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let entry = this.#pending.shift(); entry; entry = this.#pending.shift()) await entry.start();
    this.#running = false;
  }
}

function queueClosed(): CrosspointError {
  return new CrosspointError('notJoined', { message: 'The session has ended.' });
}
