import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { formatMs } from './units.ts';

/** What a load process knows of itself in one interval. */
export interface SelfObservation {
  /** Share of one core, 0 to 1 and a little above. */
  cpu: number;
  eventLoopP99Ms: number;
  eventLoopMaxMs: number;
  residentBytes: number;
  /** Share of the time in which the process could have run but had no core: other programs, or too many of these. */
  coreWait: number;
}

const resolutionMs = 10;
/** Above these a process cannot keep its schedule, and what it measures is its own slowness. */
const busyCpu = 0.9;
const busyDelayMs = 50;
/** A single stop of this length delays everything that was due in it. */
const stopMs = 200;
/** Operations that start this late, at the percentile that counts, are measured with a delay that is not the server’s. */
const lateMs = 20;
/** A machine on which processes wait this share of the time for a core does something else besides. */
const crowdedShare = 0.05;

/** Watches the process’s own CPU time and event loop: a generator that is too slow measures itself. */
export class SelfObserver {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  #cpu = process.cpuUsage();
  #at = performance.now();
  #waitedMs = coreWaitMs();

  constructor() {
    this.#delay.enable();
  }

  take(): SelfObservation {
    const used = process.cpuUsage(this.#cpu);
    const now = performance.now();
    const waitedMs = coreWaitMs();
    const observation = {
      cpu: (used.user + used.system) / 1000 / (now - this.#at),
      eventLoopP99Ms: this.#milliseconds(this.#delay.percentile(99)),
      eventLoopMaxMs: this.#milliseconds(this.#delay.max),
      residentBytes: process.memoryUsage.rss(),
      coreWait: (waitedMs - this.#waitedMs) / (now - this.#at),
    };
    this.#waitedMs = waitedMs;
    this.#cpu = process.cpuUsage();
    this.#at = now;
    this.#delay.reset();
    return observation;
  }

  close(): void {
    this.#delay.disable();
  }

  #milliseconds(nanoseconds: number): number {
    return this.#delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e6 - resolutionMs);
  }
}

/** How long this thread has waited on a run queue: the second number of its `schedstat`; 0 where there is none. */
function coreWaitMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

export interface BottleneckVerdict {
  wasBottleneck: boolean;
  busySeconds: number;
  seconds: number;
  peakCpu: number;
  peakDelayMs: number;
  /** How late operations started, at the 99th percentile or, where they were few, the 90th. */
  lateMs: number;
  coreWait: number;
  sentence: string;
}

/** How late operations started, at the percentile that so many of them allow. */
export interface Lateness {
  percentile: number;
  ms: number;
}

/**
 * Says whether the tool, and not the server, set the limit: when a process was busy in a twentieth of its seconds, or when
 * operations started so late that their latencies are the tool’s own.
 */
export function judgeBottleneck(observations: SelfObservation[], lateness?: Lateness): BottleneckVerdict {
  const { ms: startMs, percentile } = lateness ?? { ms: 0, percentile: 0 };
  const busy = observations.filter(
    ({ cpu, eventLoopP99Ms, eventLoopMaxMs }) =>
      cpu > busyCpu || eventLoopP99Ms > busyDelayMs || eventLoopMaxMs > stopMs,
  );
  const peakCpu = Math.max(0, ...observations.map(({ cpu }) => cpu));
  const peakDelayMs = Math.max(0, ...observations.map(({ eventLoopMaxMs }) => eventLoopMaxMs));
  const coreWait = observations.reduce((sum, each) => sum + each.coreWait, 0) / Math.max(1, observations.length);
  const wasBottleneck = busy.length > observations.length / 20 || startMs > lateMs;
  const started = lateness ? `, ${percentile}% of operations started less than ${formatMs(startMs)} late` : '';
  const share = `${busy.length} of ${observations.length} process-seconds above ${busyCpu * 100}% CPU or ${busyDelayMs} ms event-loop delay${started}`;
  const crowded =
    coreWait > crowdedShare
      ? ` It waited for a core ${Math.round(coreWait * 100)}% of the time: other work shares this machine.`
      : '';
  const sentence = wasBottleneck
    ? `The tool itself was a bottleneck (${share}): latencies include its own waiting. Use more worker processes or machines.`
    : `The tool kept up (${share}).`;
  return {
    wasBottleneck,
    busySeconds: busy.length,
    seconds: observations.length,
    peakCpu,
    peakDelayMs,
    lateMs: startMs,
    coreWait,
    sentence: sentence + crowded,
  };
}
