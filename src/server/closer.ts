import type { Logger } from '../shared/logger.ts';

/** Closing takes well under a second; a part that hangs must not keep the process. */
const CLOSE_TIMEOUT_MS = 10_000;
const SIGNAL_EXIT_CODE = 130;

interface Closable {
  /** Resolves when it may be closed without harm to what is going on, or when the time for that is over. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Ends the server on a signal, also on one that comes while it starts: SIGTERM lets calls end first, the others close at
 * once. Each further signal takes the next step without waiting: from draining to closing, from closing to the exit.
 */
export class Closer {
  readonly #logger: Logger;
  #server: Closable | undefined;
  #stage: 'running' | 'draining' | 'closing' = 'running';

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  watchSignals(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#handleSignal(signal));
  }

  /** Takes charge of the server; true when closing it was asked for before it had started. */
  handleStarted(server: Closable): boolean {
    this.#server = server;
    if (this.#stage === 'closing') void this.#close(server);
    return this.#stage === 'closing';
  }

  #handleSignal(signal: NodeJS.Signals): void {
    if (this.#stage === 'closing') process.exit(SIGNAL_EXIT_CODE);
    if (signal === 'SIGTERM' && this.#stage === 'running' && this.#server) void this.#drain(this.#server);
    else this.#beginClosing(signal);
  }

  async #drain(server: Closable): Promise<void> {
    this.#stage = 'draining';
    await server.drain();
    if (this.#stage === 'draining') this.#beginClosing('SIGTERM');
  }

  #beginClosing(signal: NodeJS.Signals): void {
    this.#stage = 'closing';
    this.#logger.info({ signal }, 'closing; a second signal exits at once');
    if (this.#server) void this.#close(this.#server);
  }

  async #close(server: Closable): Promise<void> {
    setTimeout(() => this.#exitUnfinished(), CLOSE_TIMEOUT_MS).unref();
    try {
      await server.close();
      this.#logger.info('closed');
    } catch (error) {
      this.#logger.error({ err: error }, 'closing failed');
      process.exitCode = 1;
    }
  }

  #exitUnfinished(): never {
    this.#logger.error({ handles: process.getActiveResourcesInfo() }, 'something was still open after closing');
    process.exit(1);
  }
}
