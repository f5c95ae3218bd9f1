import { performance as loopPerformance } from 'node:perf_hooks';

/** Below this share of busy time nothing waits. */
const busyFrom = 0.8;
const fullyBusy = 0.97;
/** Little beside what a request waits for its turn by then. */
const maxHoldMs = 20;
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
 * otherwise.
 */
export class OutputHold {
  readonly #readTimes: () => LoopTimes;
  #seen: LoopTimes;
  #lookedAtMs = performance.now();
  #holdMs = 0;

  constructor(readTimes: () => LoopTimes = () => loopPerformance.eventLoopUtilization()) {
    this.#readTimes = readTimes;
    this.#seen = readTimes();
  }

  readonly read = (): number => {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs >= lookMs) this.#look(nowMs);
    return this.#holdMs;
  };

  #look(nowMs: number): void {
    const times = this.#readTimes();
    const [active, idle] = [times.active - this.#seen.active, times.idle - this.#seen.idle];
    this.#seen = times;
    this.#lookedAtMs = nowMs;
    this.#holdMs = holdFor(active / (active + idle));
  }
}

/** In ms, for a share of busy time from 0 to 1. */
export function holdFor(utilization: number): number {
  const share = (utilization - busyFrom) / (fullyBusy - busyFrom);
  return Math.round(maxHoldMs * Math.min(1, Math.max(0, share)));
}
