import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { ClientStats } from '../../client/index.ts';
import type { CallClient } from './call-client.ts';

const intervalMs = 1000;

/** Reads statistics once a second, but only while somebody looks at them. */
export class Statistics {
  readonly #latest: Signal<ClientStats | null> = signal(null);
  readonly #client: CallClient;
  readonly #endEffect: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(client: CallClient, isShown: ReadonlySignal<boolean>) {
    this.#client = client;
    this.#endEffect = effect(() => {
      clearInterval(this.#timer);
      if (!isShown.value) return;
      void this.#read();
      this.#timer = setInterval(() => void this.#read(), intervalMs);
    });
  }

  get latest(): ReadonlySignal<ClientStats | null> {
    return this.#latest;
  }

  close(): void {
    this.#endEffect();
    clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    try {
      this.#latest.value = await this.#client.getStats();
    } catch {
      // Between two connections there are none; the next second has them again.
    }
  }
}
