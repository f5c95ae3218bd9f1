import { type SketchMemory, sketchSlots } from './sketch.ts';

/** Something held against quotas; releasing it twice is the same as once. */
export interface QuotaHold {
  release(): void;
}

/** Counts what is held per key, over all threads that share the memory. */
export class QuotaLedger {
  readonly #counters: Int32Array;
  readonly #seed: number;

  constructor(memory: SketchMemory) {
    this.#counters = new Int32Array(memory.counters);
    this.#seed = memory.seed;
  }

  count(key: string): number {
    return Math.min(...sketchSlots(key, this.#seed).map((slot) => Atomics.load(this.#counters, slot)));
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
    for (const slot of sketchSlots(key, this.#seed)) Atomics.add(this.#counters, slot, amount);
  }
}
