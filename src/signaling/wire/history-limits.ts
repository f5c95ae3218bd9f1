import type { SignalingLimits } from '../../shared/limits.ts';

/** How much is kept for resumes. */
export interface HistoryLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** What is older may be given up. */
  readonly maxAgeMs: number;
}

/**
 * What a client can have missed is not older than its connection's silence, which is noticed at a heartbeat, and the grace
 * time after it.
 */
export function historyLimits(limits: SignalingLimits): HistoryLimits {
  const { replayEvents, replayBytes, heartbeatTimeoutMs, heartbeatIntervalMs, graceMs } = limits;
  return {
    maxEvents: replayEvents,
    maxBytes: replayBytes,
    maxAgeMs: heartbeatTimeoutMs + heartbeatIntervalMs + graceMs,
  };
}
