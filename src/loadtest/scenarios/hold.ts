import { evenly } from '../core/arrivals.ts';
import { countFrom, runOpenLoop, sleepUntil } from '../core/open-loop.ts';
import { recordFailure, type Scenario, type ScenarioContext, Tasks } from './context.ts';
import { enterRoom, leaveRoom, watchLoss } from './enter-room.ts';

/** Opens connections during the ramp and keeps them until the end, each with its heartbeat. */
export const hold: Scenario<'hold'> = async (context) => {
  const { options, shard, plan, recorder, startMs, signal } = context;
  const tasks = new Tasks(recorder);
  const share = Math.floor((options.connections + shard.count - 1 - shard.index) / shard.count);
  const start = (intendedMs: number, index: number): void => tasks.add(stay(context, intendedMs, index));
  await runOpenLoop({ startMs, times: evenly(share, plan.ramp), signal, recorder, start });
  await tasks.finish();
};

async function stay(context: ScenarioContext<'hold'>, intendedMs: number, index: number): Promise<void> {
  const { options, plan, shard, recorder, durationMs, signal } = context;
  const peer = context.createPeer();
  const room = `${plan.name}-hold-${shard.index}-${Math.floor(index / options.participants)}`;
  const { heartbeat } = await enterRoom(peer, { room }, { recorder, intendedMs });
  // Everyone stays equally long, so leaving takes as long as the ramp did.
  const endMs = intendedMs + durationMs;
  watchLoss(peer, recorder);
  for (let beatMs = intendedMs + heartbeat.intervalMs; ; beatMs += heartbeat.intervalMs) {
    await sleepUntil(Math.min(beatMs, endMs), signal);
    if (peer.lost) return;
    if (signal.aborted || beatMs >= endMs) break;
    const pingMs = countFrom(beatMs);
    await peer.request('ping', {}).then(
      () => recorder.since('ping', pingMs),
      (error) => recordFailure(recorder, error),
    );
  }
  await leaveRoom(peer, recorder);
}
