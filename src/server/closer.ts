import type { Logger } from '../shared/logger.ts';

/** Closing takes well under a second; a part that hangs must not keep the process. */
const CLOSE_TIMEOUT_MS = 10_000;
const SIGNAL_EXIT_CODE = 130;

interface Closable {
  close(): Promise<void>;
}

/** Closes the server on the first signal, also on one that comes while it starts, and exits on the second. */
export class Closer {
  readonly #logger: Logger;
  #server: Closable | undefined;
  #asked = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  watchSignals(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#handleSignal(signal));
  }

  /** Takes charge of the server; true when closing it was asked for before it had started. */
  handleStarted(server: Closable): boolean {
    this.#server = server;
    if (this.#asked) void this.#close(server);
    return this.#asked;
  }

  #handleSignal(signal: NodeJS.Signals): void {
    if (this.#asked) process.exit(SIGNAL_EXIT_CODE);
    this.#asked = true;
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
