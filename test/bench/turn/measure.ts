import { readdirSync, readFileSync } from 'node:fs';
import type { Direction } from './flow.ts';

export interface Measurement {
  readonly packetsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
}

/**
 * Sends without a pause, and without reading, for a while, and returns what the server relayed meanwhile. The sinks'
 * buffers are full after the warm-up, so the kernel's count of drops at them is the count of relayed packets, and no
 * reader takes the processor from the server.
 */
export function measure(directions: readonly Direction[], pid: number, windowMs: number): Measurement {
  const sinkPorts = new Set(directions.map(({ sinkPort }) => sinkPort));
  sendFor(directions, 200);
  const before = { ...snapshot(sinkPorts, pid), at: performance.now() };
  sendFor(directions, windowMs);
  const after = { ...snapshot(sinkPorts, pid), at: performance.now() };
  const packets = after.dropped - before.dropped;
  return {
    packetsPerSecond: (packets / (after.at - before.at)) * 1_000,
    cpuSecondsPerMillion: ((after.cpuSeconds - before.cpuSeconds) / packets) * 1_000_000,
  };
}

function sendFor(directions: readonly Direction[], durationMs: number): void {
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    for (let count = 0; count < 32; count += 1) {
      for (const { source, packet, port } of directions) source.send(packet, port, '127.0.0.1');
    }
  }
}

function snapshot(ports: ReadonlySet<number>, pid: number): { dropped: number; cpuSeconds: number } {
  return { dropped: droppedAt(ports), cpuSeconds: cpuSecondsOf(pid) };
}

/** The kernel's count of datagrams that found the buffers of these local ports full. */
function droppedAt(ports: ReadonlySet<number>): number {
  const lines = readFileSync('/proc/net/udp', 'utf8').trim().split('\n').slice(1);
  return lines.reduce((sum, line) => {
    const fields = line.trim().split(/\s+/);
    const port = Number.parseInt(fields[1]?.split(':')[1] ?? '0', 16);
    return ports.has(port) ? sum + Number(fields.at(-1)) : sum;
  }, 0);
}

/** User and system time of all threads, in nanosecond steps. */
function cpuSecondsOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e9;
}
