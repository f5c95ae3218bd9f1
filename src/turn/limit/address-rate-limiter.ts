import { randomInt } from 'node:crypto';
import { turnLimits } from '../../shared/limits.ts';
import { sketchSlots } from './sketch.ts';

/**
 * A token bucket for each source address, in a table of fixed size: an address has one bucket in each of three rows and
 * is refused only when all three are empty, so that a flood from one address, or from spoofed ones, hits few others.
 */
export class AddressRateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #seed = randomInt(2 ** 32);
  readonly #used = new Float32Array(3 * turnLimits.sketchWidth);
  readonly #usedAt = new Float64Array(3 * turnLimits.sketchWidth);

  constructor(options: { perSecond: number; burst: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
  }

  /** Takes a token; false when the address has none left. */
  take(address: string, nowMs: number): boolean {
    const slots = sketchSlots(address, this.#seed);
    const levels = slots.map((slot) => this.#levelAt(slot, nowMs));
    const level = Math.min(...levels);
    if (level + 1 > this.#burst) return false;
    slots.forEach((slot, row) => {
      this.#used[slot] = Math.max(levels[row] ?? 0, level + 1);
      this.#usedAt[slot] = nowMs;
    });
    return true;
  }

  #levelAt(slot: number, nowMs: number): number {
    const drained = ((nowMs - (this.#usedAt[slot] ?? 0)) / 1000) * this.#perSecond;
    return Math.max(0, (this.#used[slot] ?? 0) - drained);
  }
}
