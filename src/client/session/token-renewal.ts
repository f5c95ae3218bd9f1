import type { ClientLogger } from '../options.ts';

interface TokenRenewalOptions {
  /** Gets a current token, as for a join. */
  token: () => string | Promise<string>;
  /** Goes on with it; who does schedules the next. */
  renew: (token: string) => Promise<unknown>;
  /** By the server's clock, whose time the end is: the own one may be wrong by more than a token lives. */
  serverTimeMs: () => Promise<number>;
  logger: ClientLogger;
}

/** Before the end of long-lived tokens. Of those that live less than twice as long half of the time is left. */
const leadMs = 60_000;
/** When no more is left there is no time for another attempt; the server then says that the token has expired. */
const leastMs = 1_000;
/** What a timer can be set to at most. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Keeps a session from ending with its token, where the application gives tokens by a function: asks for another in time
 * and goes on with it. What fails is tried again when half of the time that is left has passed.
 */
export class TokenRenewal {
  readonly #options: TokenRenewalOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with each schedule, so that an earlier one that still waits for an answer knows that it is void. */
  #round = 0;

  constructor(options: TokenRenewalOptions) {
    this.#options = options;
  }

  /** Takes the end of the token in force, in milliseconds since 1970; without one there is nothing to do. */
  schedule(expiresAt: number | undefined): void {
    this.stop();
    if (expiresAt !== undefined) void this.#wait(expiresAt, this.#round);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#round += 1;
  }

  async #wait(expiresAt: number, round: number): Promise<void> {
    const now = await this.#options.serverTimeMs().catch(() => Date.now());
    const leftMs = expiresAt - now;
    if (round !== this.#round || leftMs < leastMs) return;
    const delayMs = Math.min(leftMs - Math.min(leadMs, leftMs / 2), maxTimerMs);
    this.#timer = setTimeout(() => void this.#renew(expiresAt, round), delayMs);
  }

  async #renew(expiresAt: number, round: number): Promise<void> {
    const { token, renew, logger } = this.#options;
    try {
      const current = await token();
      if (round === this.#round) await renew(current);
    } catch (error) {
      if (round !== this.#round) return;
      logger.warn('the access token could not be renewed', { error: String(error) });
      this.schedule(expiresAt);
    }
  }
}
