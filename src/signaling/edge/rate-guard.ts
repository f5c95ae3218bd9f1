import { CrosspointError } from '../../shared/errors.ts';
import type { SignalingLimits } from '../../shared/limits.ts';
import { TokenBucket } from '../token-bucket.ts';

/** What becomes of a message: handled, answered with a refusal, or the end of its connection. */
export type Verdict = CrosspointError | 'close' | undefined;

/** Bounds the requests and bytes of one connection, or of a session over all of its connections: the first refusals warn, persistence closes. */
export class RateGuard {
  readonly #requests: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #maxRefusals: number;
  #refusals = 0;

  constructor(limits: SignalingLimits, nowMs: number) {
    this.#requests = new TokenBucket({ perSecond: limits.requestsPerSecond, burst: limits.requestBurst }, nowMs);
    const { receivedBytesPerSecond: perSecond, receivedBytesBurst: burst } = limits;
    this.#bytes = new TokenBucket({ perSecond, burst }, nowMs);
    this.#maxRefusals = limits.rateLimitRefusals;
  }

  /** Judges a message of that size. */
  judge(byteLength: number, nowMs: number): Verdict {
    const retryAfterMs = Math.max(this.#requests.take(1, nowMs), this.#bytes.take(byteLength, nowMs));
    if (retryAfterMs === 0) {
      if (this.#refusals > 0 && this.#requests.full) this.#refusals = 0;
      return undefined;
    }
    this.#refusals += 1;
    if (this.#refusals > this.#maxRefusals) return 'close';
    return new CrosspointError('rateLimited', { data: { retryAfterMs } });
  }
}
