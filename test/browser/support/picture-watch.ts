import { setTimeout as delay } from 'node:timers/promises';
import type { CallPage } from './call-page.ts';

const sampleEveryMs = 100;

/** Watches how long somebody's picture stands still on a page. */
export class PictureWatch {
  readonly #page: CallPage;
  readonly #of: string;
  #frames = -1;
  #lastAtMs = performance.now();
  #longestGapMs = 0;
  #stopped = false;

  constructor(page: CallPage, of: string) {
    this.#page = page;
    this.#of = of;
    void this.#watch();
  }

  /** Gives the longest time without a new picture, in milliseconds. */
  stop(): number {
    this.#stopped = true;
    return Math.round(this.#longestGapMs);
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      const frames = await this.#framesDecoded();
      const now = performance.now();
      if (frames >= 0 && frames !== this.#frames) {
        this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastAtMs);
        this.#lastAtMs = now;
        this.#frames = frames;
      }
      await delay(sampleEveryMs);
    }
  }

  /** -1 without a picture, and when the page has been closed. */
  async #framesDecoded(): Promise<number> {
    const tile = await this.#page.tileOf(this.#of).catch(() => undefined);
    return tile?.framesDecoded ?? -1;
  }
}
