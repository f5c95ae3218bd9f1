import { Random } from '../core/random.ts';
import type { Recorder } from '../core/recorder.ts';
import type { Plan } from '../plan/plan.ts';
import type { AnyScenarioOptions } from '../plan/scenario-schemas.ts';
import { churn } from '../scenarios/churn.ts';
import { peerFactory, type ScenarioContext } from '../scenarios/context.ts';
import { fanout } from '../scenarios/fanout.ts';
import { hold } from '../scenarios/hold.ts';
import { media } from '../scenarios/media.ts';
import { signal } from '../scenarios/signal.ts';

export interface LoadShare {
  plan: Plan;
  shard: { index: number; count: number };
  recorder: Recorder;
  /** Start of the load on the clock of `performance.now()`. */
  startMs: number;
  signal: AbortSignal;
}

/** Makes this process’s share of all scenarios side by side. */
export async function makeLoad(share: LoadShare): Promise<void> {
  const createPeer = peerFactory(share.plan);
  await Promise.all(
    share.plan.scenarios.map((options, number) =>
      runScenario(options, {
        ...share,
        createPeer,
        startMs: share.startMs + options.delay,
        durationMs: Math.max(0, share.plan.duration - options.delay),
        random: new Random(share.plan.seed, `${number}/${share.shard.index}`),
      }),
    ),
  );
}

type Common = Omit<ScenarioContext<'hold'>, 'options'>;

function runScenario(options: AnyScenarioOptions, context: Common): Promise<void> {
  switch (options.type) {
    case 'hold':
      return hold({ ...context, options });
    case 'churn':
      return churn({ ...context, options });
    case 'fanout':
      return fanout({ ...context, options });
    case 'signal':
      return signal({ ...context, options });
    case 'media':
      return media({ ...context, options });
  }
}
