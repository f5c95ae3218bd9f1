import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

/** A moment that is near, and the clock that runs towards it. */
export class Deadline {
  readonly #at: Signal<number | null> = signal(null);
  readonly #now: Signal<number> = signal(Date.now());
  readonly #graceMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** So long after it, nobody waits for it any more. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** Milliseconds since 1970, or null while there is none. */
  get at(): ReadonlySignal<number | null> {
    return this.#at;
  }

  /** Follows the clock while there is one. */
  get now(): ReadonlySignal<number> {
    return this.#now;
  }

  begin(at: number): void {
    this.clear();
    this.#now.value = Date.now();
    this.#at.value = at;
    this.#timer = setInterval(() => {
      this.#now.value = Date.now();
      if (this.#now.peek() > at + this.#graceMs) this.clear();
    }, 1000);
  }

  /** Idempotent. */
  clear(): void {
    clearInterval(this.#timer);
    this.#at.value = null;
  }
}
