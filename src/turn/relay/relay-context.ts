import type { SharedByteRateLimiter } from '../limit/byte-rate-limiter.ts';
import type { LimitLog } from '../limit/limit-log.ts';
import type { PeerFilter } from '../limit/peer-filter.ts';
import { type MetricCells, metricIndex } from '../metrics.ts';
import type { ExternalAddresses } from '../net/external-addresses.ts';

/** What all allocations of a thread share. */
export interface RelayContext {
  readonly filter: PeerFilter;
  readonly externals: ExternalAddresses;
  readonly metrics: MetricCells;
  readonly limitLog: LimitLog;
  readonly totalBytes: SharedByteRateLimiter | undefined;
  readonly allocationBytesPerSecond: number;
  readonly permissionLifetimeMs: number;
  readonly channelLifetimeMs: number;
}

/** Counts and logs what should never be thrown. */
export function reportFault({ metrics, limitLog }: RelayContext, error: unknown): void {
  metrics.add(metricIndex.faults, 1);
  limitLog.hit('internal faults', { err: error });
}
