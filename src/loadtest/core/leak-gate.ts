import { sleepUntil } from './open-loop.ts';
import { livingObjects, type MetricsEndpoint, scrape } from './server-watch.ts';

export interface Baseline {
  objects: Record<string, number>;
  heapBytes: number;
  /** When the server’s process started: another one has no leaks of this one. */
  startedAtSeconds: number;
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
  /** Ends the waiting early; what is there then counts. */
  signal?: AbortSignal;
  /** Told what there still is more of, each time that it was looked at. */
  onLeaks?: (leaks: Leak[]) => void;
}

/** Handles that come and go by themselves: the scrape’s own connection, timers that re-arm, lazily opened pools. */
const handleTolerance = 4;
const pollMs = 500;
const never = new AbortController().signal;

export async function takeBaseline(endpoint: MetricsEndpoint): Promise<Baseline> {
  const samples = await scrape(endpoint);
  return {
    objects: livingObjects(samples),
    heapBytes: samples.get('nodejs_heap_used_bytes') ?? 0,
    startedAtSeconds: samples.get('process_start_time_seconds') ?? 0,
  };
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
 * Waits until the server is back at its baseline; what is still above it when patience ends is a leak. Gives the reason when
 * that cannot be said: a load that lasted an hour must not lose its report to that.
 */
export async function checkLeaks(options: LeakGateOptions): Promise<LeakVerdict | string> {
  const { endpoint, baseline, patienceMs, heapToleranceBytes, signal, onLeaks } = options;
  const startMs = performance.now();
  while (true) {
    const now = await takeBaseline(endpoint).catch(() => undefined);
    if (now && now.startedAtSeconds !== baseline.startedAtSeconds) return 'The server was restarted during the load';
    const leaks = now && findLeaks(baseline, now, heapToleranceBytes);
    if (leaks) onLeaks?.(leaks);
    const elapsedMs = performance.now() - startMs;
    if (leaks?.length === 0 || elapsedMs > patienceMs || signal?.aborted) {
      return leaks
        ? { leaks, settledAfterSeconds: elapsedMs / 1000 }
        : 'The server’s metrics could not be read after the load';
    }
    await sleepUntil(performance.now() + pollMs, signal ?? never);
  }
}
