import type { SharedByteRateLimiter } from '../limit/byte-rate-limiter.ts';
import type { LimitLog } from '../limit/limit-log.ts';
import type { PeerFilter } from '../limit/peer-filter.ts';
import type { MetricCells } from '../metrics.ts';
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
