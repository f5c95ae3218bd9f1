import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a load process knows of itself in one interval. */
export interface SelfObservation {
  /** Share of one core, 0 to 1 and a little above. */
  cpu: number;
  eventLoopP99Ms: number;
  eventLoopMaxMs: number;
  residentBytes: number;
}

const resolutionMs = 10;
/** Above these a process cannot keep its schedule, and what it measures is its own slowness. */
const busyCpu = 0.9;
const busyDelayMs = 50;
/** A single stop of this length delays everything that was due in it. */
const stopMs = 200;

/** Watches the process’s own CPU time and event loop: a generator that is too slow measures itself. */
export class SelfObserver {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  #cpu = process.cpuUsage();
  #at = performance.now();

  constructor() {
    this.#delay.enable();
  }

  take(): SelfObservation {
    const used = process.cpuUsage(this.#cpu);
    const now = performance.now();
    const observation = {
      cpu: (used.user + used.system) / 1000 / (now - this.#at),
      eventLoopP99Ms: this.#milliseconds(this.#delay.percentile(99)),
      eventLoopMaxMs: this.#milliseconds(this.#delay.max),
      residentBytes: process.memoryUsage.rss(),
    };
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

export interface BottleneckVerdict {
  wasBottleneck: boolean;
  busySeconds: number;
  seconds: number;
  peakCpu: number;
  peakDelayMs: number;
  sentence: string;
}

/** Says whether the tool, and not the server, set the limit: when a process was busy in a twentieth of its seconds. */
export function judgeBottleneck(observations: SelfObservation[]): BottleneckVerdict {
  const busy = observations.filter(
    ({ cpu, eventLoopP99Ms, eventLoopMaxMs }) =>
      cpu > busyCpu || eventLoopP99Ms > busyDelayMs || eventLoopMaxMs > stopMs,
  );
  const peakCpu = Math.max(0, ...observations.map(({ cpu }) => cpu));
  const peakDelayMs = Math.max(0, ...observations.map(({ eventLoopMaxMs }) => eventLoopMaxMs));
  const wasBottleneck = busy.length > observations.length / 20;
  const share = `${busy.length} of ${observations.length} process-seconds above ${busyCpu * 100}% CPU or ${busyDelayMs} ms event-loop delay`;
  const sentence = wasBottleneck
    ? `The tool itself was a bottleneck (${share}): latencies include its own waiting. Use more worker processes or machines.`
    : `The tool kept up (${share}).`;
  return { wasBottleneck, busySeconds: busy.length, seconds: observations.length, peakCpu, peakDelayMs, sentence };
}
