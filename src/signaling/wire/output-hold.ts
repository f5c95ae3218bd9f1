import { performance as loopPerformance } from 'node:perf_hooks';

/** With a larger share of busy time than this, output begins to wait. */
const busyFrom = 0.8;
/** With a smaller share it no longer does. Writing at once takes about a quarter more, which must not make it wait again. */
const calmBelow = 0.5;
/** Little beside what a request waits for its turn by then. */
const holdMs = 20;
/** How often the event loop's busy time is looked at. */
const lookMs = 50;

/** How long the event loop has been at work and without any since it began, in ms. */
interface LoopTimes {
  readonly active: number;
  readonly idle: number;
}

/**
 * How long output should wait for more of it, in ms: not at all, unless the event loop has hardly any time left. Then more
 * leaves in one write, which is most of what sending costs, and so the server keeps up with more work than it could do
 * otherwise. It goes on until there is plenty of time again: what waiting saves must not be what ends it.
 */
export class OutputHold {
  readonly #readTimes: () => LoopTimes;
  #seen: LoopTimes;
  #lookedAtMs = performance.now();
  #isPressed = false;

  constructor(readTimes: () => LoopTimes = () => loopPerformance.eventLoopUtilization()) {
    this.#readTimes = readTimes;
    this.#seen = readTimes();
  }

  readonly read = (): number => {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs >= lookMs) this.#look(nowMs);
    return this.#isPressed ? holdMs : 0;
  };

  #look(nowMs: number): void {
    const times = this.#readTimes();
    const [active, idle] = [times.active - this.#seen.active, times.idle - this.#seen.idle];
    this.#seen = times;
    this.#lookedAtMs = nowMs;
    this.#isPressed = active / (active + idle) > (this.#isPressed ? calmBelow : busyFrom);
  }
}
