import { z } from 'zod';
import type { Interval } from '../core/recorder.ts';
import type { SelfObservation } from '../core/self-observation.ts';
import type { Plan } from '../plan/plan.ts';

/** What the coordinator tells a worker process. Both are this program, so these are types and not schemas. */
export type ToWorker =
  | { kind: 'start'; plan: Plan; shard: { index: number; count: number }; startAt: number }
  | { kind: 'stop' };

/** What a worker process reports. */
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'interval'; second: number; interval: Interval; self: SelfObservation }
  | { kind: 'done' }
  | { kind: 'failed'; message: string };

const kinds = z.object({ kind: z.enum(['ready', 'start', 'stop', 'interval', 'done', 'failed']) });

export function isToWorker(message: unknown): message is ToWorker {
  return kinds.safeParse(message).success;
}

export function isFromWorker(message: unknown): message is FromWorker {
  return kinds.safeParse(message).success;
}
