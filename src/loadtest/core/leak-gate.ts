import { setTimeout as sleep } from 'node:timers/promises';
import { livingObjects, type MetricsEndpoint, scrape } from './server-watch.ts';

export interface Baseline {
  objects: Record<string, number>;
  heapBytes: number;
}

export interface Leak {
  what: string;
  before: number;
  after: number;
}

export interface LeakVerdict {
  leaks: Leak[];
  settledAfterSeconds: number;
}

export interface LeakGateOptions {
  endpoint: MetricsEndpoint;
  baseline: Baseline;
  /** How long the server may take to return to the baseline: session grace times and the garbage collector’s laziness. */
  patienceMs: number;
  heapToleranceBytes: number;
}

/** Handles that come and go by themselves: the scrape’s own connection, timers that re-arm, lazily opened pools. */
const handleTolerance = 4;
const pollMs = 500;

export async function takeBaseline(endpoint: MetricsEndpoint): Promise<Baseline> {
  const samples = await scrape(endpoint);
  return { objects: livingObjects(samples), heapBytes: samples.get('nodejs_heap_used_bytes') ?? 0 };
}

/** Lists what there is more of than before; rooms, sessions, transports and their like have no tolerance at all. */
export function findLeaks(baseline: Baseline, now: Baseline, heapToleranceBytes: number): Leak[] {
  const leaks: Leak[] = [];
  for (const [what, after] of Object.entries(now.objects)) {
    const before = baseline.objects[what] ?? 0;
    const tolerance = what.startsWith('handle.') || what === 'fileDescriptors' ? handleTolerance : 0;
    if (after > before + tolerance) leaks.push({ what, before, after });
  }
  if (now.heapBytes > baseline.heapBytes + heapToleranceBytes) {
    leaks.push({ what: 'heapBytes', before: baseline.heapBytes, after: now.heapBytes });
  }
  return leaks;
}

/**
 * Waits until the server is back at its baseline; what is still above it when patience ends is a leak. Undefined when the
 * metrics cannot be read any more: a load that lasted an hour must not lose its report to that.
 */
export async function checkLeaks(options: LeakGateOptions): Promise<LeakVerdict | undefined> {
  const startMs = performance.now();
  while (true) {
    const now = await takeBaseline(options.endpoint).catch(() => undefined);
    const leaks = now && findLeaks(options.baseline, now, options.heapToleranceBytes);
    const elapsedMs = performance.now() - startMs;
    if (leaks?.length === 0 || elapsedMs > options.patienceMs) {
      return leaks && { leaks, settledAfterSeconds: elapsedMs / 1000 };
    }
    await sleep(pollMs);
  }
}
