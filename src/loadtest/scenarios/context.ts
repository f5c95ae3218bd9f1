import type { Random } from '../core/random.ts';
import type { Recorder } from '../core/recorder.ts';
import type { Plan } from '../plan/plan.ts';
import type { ScenarioOptions, ScenarioType } from '../plan/scenario-schemas.ts';
import { PeerError, SignalingPeer } from '../signaling-peer.ts';

/** What a scenario gets to make its share of the load in one process. */
export interface ScenarioContext<T extends ScenarioType> {
  plan: Plan;
  options: ScenarioOptions<T>;
  /** This process is number `index` of `count`; rooms are dealt out, so everyone in a room is in one process. */
  shard: { index: number; count: number };
  random: Random;
  recorder: Recorder;
  /** On the clock of `performance.now()`. */
  startMs: number;
  durationMs: number;
  /** Aborted when the run is stopped early. */
  signal: AbortSignal;
  /** Makes a participant’s signaling that is not connected yet. */
  createPeer(): SignalingPeer;
}

/** Makes the load and resolves when everything it opened is closed again. */
export type Scenario<T extends ScenarioType> = (context: ScenarioContext<T>) => Promise<void>;

/** Makes peers that take the plan’s local addresses in turn. */
export function peerFactory(plan: Plan): () => SignalingPeer {
  let made = 0;
  return () =>
    new SignalingPeer({
      url: plan.url,
      token: plan.token,
      origin: plan.origin,
      insecure: plan.insecure,
      localAddress: plan.localAddress[made++ % Math.max(1, plan.localAddress.length)],
      timeoutMs: plan.timeout,
    });
}

/** Names of the rooms that this process fills. */
export function ownRooms(
  context: Pick<ScenarioContext<ScenarioType>, 'plan' | 'shard' | 'options'>,
  rooms: number,
): string[] {
  const names: string[] = [];
  for (let room = context.shard.index; room < rooms; room += context.shard.count) {
    names.push(`${context.plan.name}-${context.options.type}-${room}`);
  }
  return names;
}

/** Counts what went wrong under its code; an error that is not a peer’s is a mistake in the tool and is thrown on. */
export function recordFailure(recorder: Recorder, error: unknown): void {
  if (!(error instanceof PeerError)) throw error;
  recorder.error(error.code);
}

/** Runs the operations of participants side by side and waits for all of them at the end. */
export class Tasks {
  readonly #running = new Set<Promise<void>>();
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  add(work: Promise<void>): void {
    const settled = work
      .catch((error) => recordFailure(this.#recorder, error))
      .finally(() => this.#running.delete(settled));
    this.#running.add(settled);
  }

  async finish(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
