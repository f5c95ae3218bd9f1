export interface Pace {
  requestsPerSecond: number;
  requestBurst: number;
}

/** Below the announced rate, because the network may bring what left evenly in bunches. */
const shareOfRate = 0.8;

/**
 * A token bucket that keeps the client within the rate that the server announced. Being refused is not enough of a brake:
 * a server disconnects who keeps running into its limit.
 */
export class Pacer {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor({ requestsPerSecond, requestBurst }: Pace, nowMs: number) {
    this.#perMs = (requestsPerSecond * shareOfRate) / 1000;
    this.#burst = Math.max(1, requestBurst * shareOfRate);
    this.#tokens = this.#burst;
    this.#filledAt = nowMs;
  }

  /** Takes a token and returns 0, or returns how long to wait for one. */
  take(nowMs: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#filledAt) * this.#perMs);
    this.#filledAt = nowMs;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs);
    this.#tokens -= 1;
    return 0;
  }
}
