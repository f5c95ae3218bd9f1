import { type MetricCells, metricIndex } from '../metrics.ts';
import type { Allocation } from './allocation.ts';

/** All allocations of a thread, with the one timer that ends what has expired. */
export class AllocationTable {
  readonly #allocations = new Set<Allocation>();
  readonly #metrics: MetricCells;
  readonly #timer: NodeJS.Timeout;

  constructor(options: { metrics: MetricCells; sweepIntervalMs: number }) {
    this.#metrics = options.metrics;
    this.#timer = setInterval(() => this.sweep(performance.now()), options.sweepIntervalMs);
    this.#timer.unref();
  }

  add(allocation: Allocation): void {
    this.#allocations.add(allocation);
    allocation.client.setAllocation(allocation);
    this.#metrics.add(metricIndex.allocations, 1);
    this.#metrics.add(metricIndex.allocationsCreated, 1);
  }

  /** Frees an allocation with its ports and quotas at once. */
  remove(allocation: Allocation): void {
    if (!this.#allocations.delete(allocation)) return;
    allocation.close();
    this.#metrics.add(metricIndex.allocations, -1);
  }

  sweep(nowMs: number): void {
    for (const allocation of this.#allocations) {
      if (!allocation.sweep(nowMs)) continue;
      this.remove(allocation);
      this.#metrics.add(metricIndex.allocationsExpired, 1);
    }
  }

  /** Ends every allocation of a user. */
  revoke(identity: string): void {
    for (const allocation of this.#allocations) {
      if (allocation.credential.identity !== identity) continue;
      this.remove(allocation);
      this.#metrics.add(metricIndex.allocationsRevoked, 1);
    }
  }

  recheckPeers(): void {
    for (const allocation of this.#allocations) allocation.recheckPeers();
  }

  close(): void {
    clearInterval(this.#timer);
    for (const allocation of this.#allocations) this.remove(allocation);
  }
}
