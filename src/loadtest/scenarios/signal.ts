import type { EventName, EventParams } from '../../protocol/events.ts';
import { arrivals, evenly } from '../core/arrivals.ts';
import { runOpenLoop, sleepUntil } from '../core/open-loop.ts';
import { drainMs } from '../plan/scenario-schemas.ts';
import { PeerError, type SignalingPeer } from '../signaling-peer.ts';
import { ownRooms, type Scenario, type ScenarioContext, Tasks } from './context.ts';
import { enterRoom, leaveRoom, watchLoss } from './enter-room.ts';

/** About what a browser’s host candidate looks like; the first word carries the time of sending. */
const candidateTail = ' 1 udp 2122260223 192.168.178.23 54321 typ host generation 0 ufrag EsAw network-id 1';

/** Two participants who negotiate a connection of their own again and again. */
class Pair {
  readonly #context: ScenarioContext<'signal'>;
  readonly #caller: SignalingPeer;
  readonly #callee: SignalingPeer;
  readonly #room: string;
  readonly #padding: string;
  #calleeId = '';
  #callerId = '';

  constructor(context: ScenarioContext<'signal'>, room: string) {
    this.#context = context;
    this.#room = room;
    this.#caller = context.createPeer();
    this.#callee = context.createPeer();
    this.#padding = 'a=x\r\n'.repeat(Math.ceil(context.options.size / 5)).slice(0, context.options.size);
  }

  async enter(intendedMs: number): Promise<void> {
    const timing = { recorder: this.#context.recorder, intendedMs };
    this.#caller.onEvent = (method, params) => this.#atCaller(method, params);
    this.#callee.onEvent = (method, params) => this.#atCallee(method, params);
    const caller = await enterRoom(this.#caller, { room: this.#room }, timing);
    watchLoss(this.#caller, this.#context.recorder);
    this.#callerId = caller.participant.id;
    try {
      const callee = await enterRoom(this.#callee, { room: this.#room }, timing);
      watchLoss(this.#callee, this.#context.recorder);
      this.#calleeId = callee.participant.id;
    } catch (error) {
      await leaveRoom(this.#caller, this.#context.recorder);
      throw error;
    }
  }

  /** Sends an offer and the caller’s candidates behind it; the times travel in what is sent. */
  async negotiate(intendedMs: number): Promise<void> {
    this.#context.recorder.count('negotiations.offered');
    const to = this.#calleeId;
    const sent = [
      this.#caller.request('offer', { to, sdp: this.#description(intendedMs) }),
      ...this.#trickle(this.#caller, to),
    ];
    await Promise.all(sent);
  }

  async leave(): Promise<void> {
    const { recorder } = this.#context;
    await Promise.all([leaveRoom(this.#caller, recorder), leaveRoom(this.#callee, recorder)]);
  }

  #atCallee(method: EventName, params: unknown): void {
    if (method === 'offer') {
      const { sdp } = params as EventParams<'answer'>;
      this.#context.recorder.since('signalOffer', Number.parseFloat(sdp));
      const answer = this.#callee.request('answer', { to: this.#callerId, sdp });
      this.#background([answer, ...this.#trickle(this.#callee, this.#callerId)]);
    }
    if (method === 'candidate') this.#candidate(params);
  }

  #atCaller(method: EventName, params: unknown): void {
    if (method === 'answer') {
      this.#context.recorder.since('signalRoundTrip', Number.parseFloat((params as EventParams<'answer'>).sdp));
      this.#context.recorder.count('negotiations.achieved');
    }
    if (method === 'candidate') this.#candidate(params);
  }

  #candidate(params: unknown): void {
    const { candidate } = (params as { candidate: { candidate: string } }).candidate;
    this.#context.recorder.since('signalCandidate', Number.parseFloat(candidate));
  }

  #trickle(from: SignalingPeer, to: string): Promise<unknown>[] {
    return Array.from({ length: this.#context.options.candidates }, () =>
      from.request('candidate', { to, candidate: { candidate: `${performance.now()}${candidateTail}`, sdpMid: '0' } }),
    );
  }

  #description(intendedMs: number): string {
    return `${intendedMs}\r\n${this.#padding}`.slice(0, this.#context.options.size);
  }

  #background(requests: Promise<unknown>[]): void {
    for (const request of requests) {
      request.catch((error) => this.#context.recorder.error(error instanceof PeerError ? error.code : 'tool'));
    }
  }
}

/** Pairs join during the ramp, then offers, answers and candidates go between them. */
export const signal: Scenario<'signal'> = async (context) => {
  const { options, plan, recorder, startMs, durationMs, signal: stop } = context;
  const pairs = ownRooms(context, options.rooms).map((room) => new Pair(context, room));
  const entering = new Tasks(recorder);
  const ready: Pair[] = [];
  const enter = async (pair: Pair, intendedMs: number): Promise<void> => {
    await pair.enter(intendedMs);
    ready.push(pair);
  };
  await runOpenLoop({
    startMs,
    times: evenly(pairs.length, plan.ramp * 0.9),
    signal: stop,
    recorder,
    start: (intendedMs, index) => {
      const pair = pairs[index];
      if (pair) entering.add(enter(pair, intendedMs));
    },
  });
  await entering.finish();
  const tasks = new Tasks(recorder);
  const times = arrivals({
    ratePerSecond: options.rate * ready.length,
    rampMs: 0,
    durationMs: Math.max(0, durationMs - plan.ramp - drainMs),
    ...(options.arrivals === 'poisson' ? { random: context.random } : {}),
  });
  const start = (intendedMs: number): void => {
    const pair = ready[context.random.below(ready.length)];
    if (pair) tasks.add(pair.negotiate(intendedMs));
  };
  await runOpenLoop({ startMs: startMs + plan.ramp, times, signal: stop, recorder, start });
  await tasks.finish();
  await sleepUntil(startMs + durationMs, stop);
  for (const pair of ready) tasks.add(pair.leave());
  await tasks.finish();
};
