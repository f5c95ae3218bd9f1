const beatMs = 4;

/**
 * Starts what is due at regular times, as clients act that do not know of each other. A generator that answers each reply
 * at once would trickle: it takes as long for a request as the hub does, which then never has two of them at a time and
 * never gets to what it does under load.
 */
export class Beat {
  #due: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#start(), beatMs);
  }

  /** Runs a task with the next beat. */
  onNext(task: () => void): void {
    this.#due.push(task);
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.onNext(resolve));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #start(): void {
    const due = this.#due;
    this.#due = [];
    for (const task of due) task();
  }
}
