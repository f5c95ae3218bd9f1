import { randomBytes, randomInt } from 'node:crypto';
import { SharedByteRateLimiter } from '../limit/byte-rate-limiter.ts';
import { createSketchMemory } from '../limit/sketch.ts';
import { MetricCells } from '../metrics.ts';
import { PortReservations } from '../relay/port-reservations.ts';

/** What the threads of one server share: memory for counters, and the key of the nonces. */
export interface ThreadMemory {
  readonly metrics: readonly SharedArrayBuffer[];
  readonly quotas: readonly SharedArrayBuffer[];
  readonly quotaSeed: number;
  readonly reservations: SharedArrayBuffer;
  readonly totalBytes: SharedArrayBuffer;
  readonly nonceKey: Uint8Array;
}

export function createThreadMemory(threads: number): ThreadMemory {
  return {
    metrics: Array.from({ length: threads }, () => MetricCells.createMemory()),
    quotas: Array.from({ length: threads }, createSketchMemory),
    quotaSeed: randomInt(2 ** 32),
    reservations: PortReservations.createMemory(),
    totalBytes: SharedByteRateLimiter.createMemory(),
    nonceKey: randomBytes(32),
  };
}

/** Forgets what a thread that ended unexpectedly held. */
export function clearThread(memory: ThreadMemory, index: number): void {
  const quotas = memory.quotas[index];
  if (quotas !== undefined) new Int32Array(quotas).fill(0);
  const metrics = memory.metrics[index];
  if (metrics !== undefined) new MetricCells(metrics).clearGauges();
}
