import { parseIp } from '../net/ip-address.ts';
import { createSketchMemory, sketchSlots } from './sketch.ts';

/** Something held against quotas; releasing it twice is the same as once. */
export interface QuotaHold {
  release(): void;
}

/**
 * Counts what is held per key over all threads. Each thread writes a sketch of its own and reads them all, so that what
 * a thread held can be forgotten as a whole if it ever ends unexpectedly.
 */
export class QuotaLedger {
  readonly #own: Int32Array;
  readonly #all: readonly Int32Array[];
  readonly #seed: number;

  constructor(options: { sketches: readonly SharedArrayBuffer[]; own: number; seed: number }) {
    this.#all = options.sketches.map((memory) => new Int32Array(memory));
    this.#own = this.#all[options.own] ?? new Int32Array(createSketchMemory());
    this.#seed = options.seed;
  }

  count(key: string): number {
    const inSlot = (slot: number) => this.#all.reduce((sum, counters) => sum + Atomics.load(counters, slot), 0);
    return Math.min(...sketchSlots(key, this.#seed).map(inSlot));
  }

  /** Takes one of each key, or of none: the key whose quota is used up is returned instead of a hold. */
  take(quotas: readonly { key: string; max: number }[]): QuotaHold | { readonly exceeded: string } {
    const taken: string[] = [];
    for (const { key, max } of quotas) {
      this.#add(key, 1);
      taken.push(key);
      if (this.count(key) > max) {
        this.#giveBack(taken);
        return { exceeded: key };
      }
    }
    return this.#holdOf(taken);
  }

  #holdOf(keys: string[]): QuotaHold {
    let held = true;
    return {
      release: () => {
        if (held) this.#giveBack(keys);
        held = false;
      },
    };
  }

  #giveBack(keys: readonly string[]): void {
    for (const key of keys) this.#add(key, -1);
  }

  #add(key: string, amount: number): void {
    for (const slot of sketchSlots(key, this.#seed)) Atomics.add(this.#own, slot, amount);
  }
}

/** The keys that an allocation counts under; IPv6 users own a /64, so that is what one address means. */
export function quotaKeys({ user, address }: { user: string; address: string }) {
  return { user: `user ${user}`, address: `address ${networkOf(address)}`, total: 'total' };
}

export function networkOf(address: string): string {
  const bytes = address.includes(':') ? parseIp(address) : undefined;
  return bytes === undefined ? address : bytes.toString('hex', 0, 8);
}
