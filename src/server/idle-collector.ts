import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Nobody comes back within a moment of two looks at this distance. */
const lookMs = 5_000;

interface IdleCollectorOptions {
  /** Open connections. */
  connections: () => number;
  collect?: () => Promise<void>;
}

/**
 * Collects garbage when everybody has left. V8 lets a heap that has grown under a load lie as it is while nothing happens:
 * the system would not get the memory back, and nobody could tell a leak from what merely has not been collected.
 */
export class IdleCollector {
  readonly #options: Required<IdleCollectorOptions>;
  readonly #timer: NodeJS.Timeout;
  #wasBusy = false;
  #wasEmpty = true;

  constructor({ connections, collect = collectGarbage }: IdleCollectorOptions) {
    this.#options = { connections, collect };
    this.#timer = setInterval(() => this.#look(), lookMs).unref();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  #look(): void {
    const isEmpty = this.#options.connections() === 0;
    if (isEmpty && this.#wasEmpty && this.#wasBusy) {
      this.#wasBusy = false;
      void this.#options.collect();
    }
    this.#wasBusy ||= !isEmpty;
    this.#wasEmpty = isEmpty;
  }
}

/** V8 hands its collector out only to programs that ask for it by a flag, which may be set at any time. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collector: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collector === 'function') await collector({ type: 'major', execution: 'async', flavor: 'last-resort' });
}
