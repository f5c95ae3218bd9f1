import type { ReconnectOptions } from '../options.ts';
import { backoffDelayMs } from './backoff.ts';

const defaults = {
  /** A server that restarts is back within seconds; the first try should find a mere glitch over. */
  baseDelayMs: 500,
  /** Somebody looks at "reconnecting"; longer pauses would not spare a server that is down anyway. */
  maxDelayMs: 15_000,
  /** Longer than any restart, shorter than an abandoned page's patience. */
  giveUpAfterMs: 300_000,
};

/** One loss of the connection, from the cut to the next join or to the end: counts the tries and spaces them. */
export class Reconnection {
  readonly #options: Required<ReconnectOptions>;
  readonly #since = Date.now();
  readonly #connect: () => void;
  #notBefore = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  attempt = 0;

  constructor(options: ReconnectOptions, connect: () => void) {
    this.#options = { ...defaults, ...options };
    this.#connect = connect;
  }

  /** False when it is time to give up. */
  schedule(retryAfterMs = 0): boolean {
    if (Date.now() - this.#since > this.#options.giveUpAfterMs) return false;
    this.attempt += 1;
    this.#notBefore = Date.now() + retryAfterMs;
    const jitter = backoffDelayMs(this.attempt, { ...this.#options, random: Math.random });
    this.#timer = setTimeout(() => this.#run(), retryAfterMs + jitter);
    return true;
  }

  /** Tries at once, where the server has not asked for patience and no try is under way. */
  hurry(): void {
    if (this.#timer === undefined || Date.now() < this.#notBefore) return;
    this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(): void {
    this.stop();
    this.#connect();
  }
}
