import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 10;
const windowMs = 5_000;

export interface EventLoopDelay {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/**
 * Watches how late the event loop is. Several readers may ask without disturbing each other: what they get covers the
 * last complete window and the one that is running, five to ten seconds.
 */
export class EventLoopMonitor {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #timer: NodeJS.Timeout;
  #previous: EventLoopDelay = { p50Ms: 0, p99Ms: 0, maxMs: 0 };

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#rotate(), windowMs).unref();
  }

  read(): EventLoopDelay {
    const now = this.#current();
    return {
      p50Ms: Math.max(now.p50Ms, this.#previous.p50Ms),
      p99Ms: Math.max(now.p99Ms, this.#previous.p99Ms),
      maxMs: Math.max(now.maxMs, this.#previous.maxMs),
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #rotate(): void {
    this.#previous = this.#current();
    this.#histogram.reset();
  }

  /** The histogram holds the time between two timer calls, so the resolution is taken off to get the delay. */
  #current(): EventLoopDelay {
    if (this.#histogram.count === 0) return { p50Ms: 0, p99Ms: 0, maxMs: 0 };
    const delay = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
    return {
      p50Ms: delay(this.#histogram.percentile(50)),
      p99Ms: delay(this.#histogram.percentile(99)),
      maxMs: delay(this.#histogram.max),
    };
  }
}
