/**
 * A map by strings for values that come and go, in the order in which they came. A `Map` begins a new table whenever enough
 * keys were deleted; the tables before it refer to it, and keep what they held until all memory is collected, so that whatever
 * was in one lives on, with all that belongs to it. Here the map's tables have only keys and numbers in them.
 */
export class SlotMap<V extends object> {
  readonly #slots = new Map<string, number>();
  readonly #values: (V | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.size;
  }

  get(key: string): V | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  has(key: string): boolean {
    return this.#slots.has(key);
  }

  set(key: string, value: V): void {
    const slot = this.#slots.get(key) ?? this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    this.#slots.set(key, slot);
  }

  /** Returns whether there was one. */
  delete(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#slots.delete(key);
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  keys(): IterableIterator<string> {
    return this.#slots.keys();
  }

  *values(): IterableIterator<V> {
    for (const slot of this.#slots.values()) {
      const value = this.#values[slot];
      if (value) yield value;
    }
  }
}
