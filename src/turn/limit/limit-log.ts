import { turnLimits } from '../../shared/limits.ts';
import type { Logger } from '../../shared/logger.ts';

export type TurnLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Says that a limit was hit, at most once in a while for each limit, with how often it happened meanwhile. */
export class LimitLog {
  readonly #logger: TurnLogger;
  readonly #states = new Map<string, { saidAtMs: number; suppressed: number }>();

  constructor(logger: TurnLogger) {
    this.#logger = logger;
  }

  /** `limit` is one of a few fixed names, which bounds the table. */
  hit(limit: string, details: Record<string, unknown>): void {
    const nowMs = performance.now();
    const state = this.#states.get(limit) ?? { saidAtMs: Number.NEGATIVE_INFINITY, suppressed: 0 };
    this.#states.set(limit, state);
    if (nowMs - state.saidAtMs < turnLimits.limitLogIntervalMs) {
      state.suppressed += 1;
      return;
    }
    this.#logger.warn({ limit, suppressed: state.suppressed, ...details }, `TURN limit reached: ${limit}`);
    state.saidAtMs = nowMs;
    state.suppressed = 0;
  }
}
