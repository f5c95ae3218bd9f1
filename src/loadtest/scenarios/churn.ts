import type { EventParams } from '../../protocol/events.ts';
import { arrivals } from '../core/arrivals.ts';
import { countFrom, runOpenLoop, sleepUntil } from '../core/open-loop.ts';
import { distributionOf } from '../plan/fields.ts';
import type { SignalingPeer } from '../signaling-peer.ts';
import { ownRooms, type Scenario, type ScenarioContext, Tasks } from './context.ts';
import { enterRoom, leaveRoom, watchLoss } from './enter-room.ts';

/** How long a participant is away before it resumes: what a change of networks takes. */
const awayMs = 300;
/** Departures older than this have been seen by everyone or never will be. */
const forgetDepartureMs = 30_000;

type Ended = 'politely' | 'abruptly';

/** Participants come at the offered rate, stay for a random time and go. */
export const churn: Scenario<'churn'> = async (context) => {
  const { options, plan, recorder, startMs, durationMs, signal } = context;
  const rooms = ownRooms(context, options.rooms);
  if (rooms.length === 0) return;
  const visitors = new Visitors(context, rooms);
  const times = arrivals({
    ratePerSecond: (options.rate * rooms.length) / options.rooms,
    rampMs: plan.ramp,
    durationMs,
    ...(options.arrivals === 'poisson' ? { random: context.random } : {}),
  });
  const tasks = new Tasks(recorder);
  const start = (intendedMs: number): void => tasks.add(visitors.visit(intendedMs));
  await runOpenLoop({ startMs, times, signal, recorder, start });
  await tasks.finish();
};

class Visitors {
  readonly #context: ScenarioContext<'churn'>;
  readonly #rooms: string[];
  readonly #session;
  /** When participants of this process intended to leave, so that those who see it can tell how long it took. */
  readonly #departures = new Map<string, number>();

  constructor(context: ScenarioContext<'churn'>, rooms: string[]) {
    this.#context = context;
    this.#rooms = rooms;
    this.#session = distributionOf(context.options.session);
  }

  async visit(intendedMs: number): Promise<void> {
    const { random, options, recorder, startMs, durationMs, plan } = this.#context;
    // Everything random is drawn before anything is awaited, so that the seed alone decides it.
    const room = this.#rooms[random.below(this.#rooms.length)] ?? '';
    const staysMs = this.#session.sample(random);
    const ending: Ended = random.chance(options.abrupt) ? 'abruptly' : 'politely';
    const resumes = random.chance(options.resume);
    // Who is still there at the end leaves during as long a time as the ramp took, not all at once.
    const lastMs = startMs + durationMs + random.next() * plan.ramp;
    const leaveMs = Math.min(intendedMs + staysMs, lastMs);

    const peer = this.#context.createPeer();
    /** What happened while this participant was away it cannot have seen at once. */
    let presentSinceMs = 0;
    peer.onEvent = (method, params) => {
      if (method !== 'participantLeft') return;
      this.#seen((params as EventParams<'participantLeft'>).participant, presentSinceMs);
    };
    const joined = await enterRoom(peer, { room }, { recorder, intendedMs });
    watchLoss(peer, recorder);
    const cutMs = (intendedMs + leaveMs) / 2;
    if (resumes) {
      await sleepUntil(cutMs, this.#context.signal);
      presentSinceMs = Number.POSITIVE_INFINITY;
      await this.#resume(peer, { room, joined, atMs: cutMs });
      presentSinceMs = performance.now();
    }
    // Nobody leaves politely while away.
    const endMs = resumes ? Math.max(leaveMs, cutMs + awayMs) : leaveMs;
    await sleepUntil(endMs, this.#context.signal);
    await this.#end(peer, { participant: joined.participant.id, ending, leaveMs: endMs });
  }

  /** Loses the connection and comes back to the same session on another. */
  async #resume(
    peer: SignalingPeer,
    { room, joined, atMs }: { room: string; joined: { session: string; resumeToken: string }; atMs: number },
  ): Promise<void> {
    const { recorder, signal } = this.#context;
    if (peer.lost) return;
    peer.cut();
    await sleepUntil(atMs + awayMs, signal);
    const intendedMs = countFrom(atMs + awayMs);
    try {
      await peer.connect();
      const resume = { session: joined.session, token: joined.resumeToken, seq: peer.seq };
      const { resumed } = await peer.join({ room, resume });
      recorder.since('resume', intendedMs);
      if (!resumed) recorder.error('notResumed');
      watchLoss(peer, recorder);
    } catch (error) {
      recorder.level('participants', -1);
      peer.cut();
      throw error;
    }
  }

  async #end(
    peer: SignalingPeer,
    { participant, ending, leaveMs }: { participant: string; ending: Ended; leaveMs: number },
  ): Promise<void> {
    const { recorder } = this.#context;
    if (peer.lost) return;
    if (ending === 'abruptly') {
      recorder.level('participants', -1);
      recorder.count('vanished');
      return peer.cut();
    }
    this.#departures.set(participant, countFrom(leaveMs));
    await leaveRoom(peer, recorder);
    this.#forgetOld(leaveMs - forgetDepartureMs);
  }

  #seen(participant: string, presentSinceMs: number): void {
    const leftMs = this.#departures.get(participant);
    if (leftMs !== undefined && leftMs >= presentSinceMs) this.#context.recorder.since('leaveSeen', leftMs);
  }

  /** Departures are in the order of time, so the old ones come first. */
  #forgetOld(beforeMs: number): void {
    for (const [participant, leftMs] of this.#departures) {
      if (leftMs >= beforeMs) return;
      this.#departures.delete(participant);
    }
  }
}
