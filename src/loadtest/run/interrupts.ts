/** Interrupts end what is under way, phase by phase; one that has nothing left to end stops the program. */
export class Interrupts {
  readonly #stopAtOnce: () => void;
  #phase: AbortController | undefined;

  constructor(stopAtOnce: () => void) {
    this.#stopAtOnce = stopAtOnce;
  }

  /** Begins a phase; its signal comes with the first interrupt in it. */
  begin(): AbortSignal {
    this.#phase = new AbortController();
    return this.#phase.signal;
  }

  interrupt(): void {
    if (!this.#phase || this.#phase.signal.aborted) this.#stopAtOnce();
    else this.#phase.abort();
  }
}
