import type { EventParams } from '../../protocol/events.ts';
import { arrivals, evenly } from '../core/arrivals.ts';
import { runOpenLoop, sleepUntil } from '../core/open-loop.ts';
import type { Recorder } from '../core/recorder.ts';
import { drainMs } from '../plan/scenario-schemas.ts';
import type { SignalingPeer } from '../signaling-peer.ts';
import { ownRooms, type Scenario, type ScenarioContext, Tasks } from './context.ts';
import { enterRoom, leaveRoom, watchLoss } from './enter-room.ts';

interface Body {
  /** Intended time of sending on this process’s clock: sender and receivers are in the same process. */
  t: number;
  pad: string;
}

/** Fills the rooms during the ramp, then sends messages to them at the given rate. */
export const fanout: Scenario<'fanout'> = async (context) => {
  const { options, plan, recorder, startMs, durationMs, signal } = context;
  const rooms = ownRooms(context, options.rooms);
  const members = await fillRooms(context, rooms);
  const tasks = new Tasks(recorder);
  const times = arrivals({
    ratePerSecond: options.rate * rooms.length,
    rampMs: 0,
    durationMs: Math.max(0, durationMs - plan.ramp - drainMs),
    ...(options.arrivals === 'poisson' ? { random: context.random } : {}),
  });
  const pad = 'x'.repeat(Math.max(0, options.size - '{"t":1234567.123456,"pad":""}'.length));
  const start = (intendedMs: number): void => {
    const room = members[context.random.below(members.length)] ?? [];
    const sender = room[context.random.below(room.length)];
    if (sender) tasks.add(send(sender, { t: intendedMs, pad }, recorder));
  };
  await runOpenLoop({ startMs: startMs + plan.ramp, times, signal, recorder, start });
  await tasks.finish();
  await sleepUntil(startMs + durationMs, signal);
  await Promise.all(members.flat().map((peer) => leaveRoom(peer, recorder).catch(() => recorder.error('leaveFailed'))));
};

async function fillRooms(context: ScenarioContext<'fanout'>, rooms: string[]): Promise<SignalingPeer[][]> {
  const { options, plan, recorder, startMs, signal } = context;
  const members: SignalingPeer[][] = rooms.map(() => []);
  const tasks = new Tasks(recorder);
  const start = (intendedMs: number, index: number): void => {
    const room = index % rooms.length;
    const peer = context.createPeer();
    peer.onEvent = (method, params) => {
      if (method === 'message') delivered(params as EventParams<'message'>, recorder);
    };
    const enter = async (): Promise<void> => {
      await enterRoom(peer, { room: rooms[room] ?? '' }, { recorder, intendedMs });
      watchLoss(peer, recorder);
      members[room]?.push(peer);
    };
    tasks.add(enter());
  };
  const times = evenly(rooms.length * options.participants, plan.ramp * 0.9);
  await runOpenLoop({ startMs, times, signal, recorder, start });
  await tasks.finish();
  return members;
}

async function send(sender: SignalingPeer, body: Body, recorder: Recorder): Promise<void> {
  recorder.count('messages.sent');
  const { recipients } = await sender.request('message', { body });
  recorder.count('messages.expected', recipients);
}

function delivered({ body }: EventParams<'message'>, recorder: Recorder): void {
  recorder.since('message', (body as Body).t);
  recorder.count('messages.delivered');
}
