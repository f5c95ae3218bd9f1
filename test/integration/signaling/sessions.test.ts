import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';

type Joined = Awaited<ReturnType<typeof SignalingClient.join>>;

let server: TestHub;

afterEach(async () => {
  await server.close();
  expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
});

const join = (name: string) => SignalingClient.join(server.url, { room: 'tea', name });

function resume({ me }: Joined, seq: number, change: { session?: string; token?: string; room?: string } = {}) {
  const { room = 'tea', session = me.session, token = me.resumeToken } = change;
  return SignalingClient.join(server.url, { room, resume: { session, token, seq } });
}

const bodies = ({ events }: SignalingClient) =>
  events.flatMap(({ method, params }) => (method === 'message' ? [(params as { body: unknown }).body] : []));

describe('a session', () => {
  beforeEach(async () => {
    server = await startHub();
  });

  it('outlives its socket: what was missed comes exactly once and in order, right after the reply', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    await alice.request('message', { body: 1 });
    await bob.event('message');
    const { seq } = bob.events.at(-1) ?? { seq: 0 };
    bob.cut();
    await alice.event('participantUpdated', ({ state }) => state === 'reconnecting');
    await alice.request('message', { body: 2 });
    await alice.request('message', { to: bob.me.participant.id, body: 3 });
    await alice.request('message', { body: 4 });
    const again = await resume(bob, seq);
    expect(again.me).toMatchObject({
      resumed: true,
      seq,
      session: bob.me.session,
      participant: { state: 'connected' },
    });
    expect(again.me.participant.id).toBe(bob.me.participant.id);
    await again.event('message', ({ body }) => body === 4);
    expect(bodies(again)).toEqual([2, 3, 4]);
    expect(again.events.map((event) => event.seq)).toEqual([seq + 1, seq + 2, seq + 3]);
    expect(JSON.parse(again.frames[0] ?? '')).toHaveProperty('result');
    await alice.request('message', { body: 5 });
    await again.event('message', ({ body }) => body === 5);
    expect(again.events.at(-1)?.seq).toBe(seq + 4);
  });

  it('is shown to the others as reconnecting, and as connected again, and not to have left', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    bob.cut();
    const { participant } = await alice.event('participantUpdated', ({ state }) => state === 'reconnecting');
    const carol = await join('Carol');
    expect(carol.me.participants[1]).toMatchObject({ id: participant, state: 'reconnecting' });
    await resume(bob, 0);
    await alice.event('participantUpdated', ({ state }) => state === 'connected');
    expect(alice.events.map(({ method }) => method)).toEqual([
      'participantJoined',
      'participantUpdated',
      'participantJoined',
      'participantUpdated',
    ]);
  });

  it('can be resumed again and again', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    let current: SignalingClient = bob;
    for (let round = 1; round <= 10; round += 1) {
      current.cut();
      await alice.request('message', { body: round });
      const seq = bob.events.length + round - 1;
      current = await resume(bob, seq);
      await current.event('message');
      expect(bodies(current)).toEqual([round]);
    }
  });

  it('goes to the place that resumes it, and the first place is told why', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    const second = await resume(bob, 0);
    expect(await bob.event('disconnect')).toMatchObject({ code: 'sessionReplaced', action: 'giveUp' });
    expect(bob.events.at(-1)?.seq).toBe(0);
    expect(await bob.closed).toEqual({ code: 4410, reason: 'sessionReplaced' });
    await alice.request('message', { body: 'here' });
    await second.event('message');
    expect(second.events.map(({ seq }) => seq)).toEqual([1]);
    expect(alice.events.map(({ method }) => method)).toEqual(['participantJoined']);
  });

  it.each([
    ['an unknown session', { session: 'nobody' }],
    ['a wrong token', { token: 'guessed' }],
    ['a token of the same length', { token: 'A'.repeat(32) }],
    ['another room', { room: 'coffee' }],
  ])('is not resumed with %s, and stays as it is', async (_, change) => {
    const bob = await join('Bob');
    await expect(resume(bob, 0, change)).rejects.toMatchObject({ code: 'sessionNotFound' });
    await expect(bob.request('ping', {})).resolves.toHaveProperty('now');
    expect(server.hub.counts()).toMatchObject({ sessions: 1, rooms: 1 });
  });

  it('is not resumed with a number that was never given', async () => {
    const bob = await join('Bob');
    await expect(resume(bob, 5)).rejects.toMatchObject({ code: 'sessionNotFound' });
    await expect(bob.request('ping', {})).resolves.toHaveProperty('now');
  });

  it('that has left is not resumed', async () => {
    const bob = await join('Bob');
    await bob.request('leave', {});
    await expect(resume(bob, 0)).rejects.toMatchObject({ code: 'sessionNotFound' });
  });
});

describe('the bounds of a session', () => {
  it('end it after the grace time, which the others see as a timeout', async () => {
    server = await startHub({ limits: { graceMs: 50 } });
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    bob.cut();
    expect(await alice.event('participantLeft')).toEqual({ participant: bob.me.participant.id, reason: 'timeout' });
    await expect(resume(bob, 0)).rejects.toMatchObject({ code: 'sessionNotFound' });
  });

  it('end it when too much was missed, so that a rejoin does not meet its own ghost', async () => {
    server = await startHub({ limits: { replayEvents: 3 } });
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    bob.cut();
    await alice.event('participantUpdated');
    for (const body of [1, 2, 3, 4]) await alice.request('message', { body });
    await expect(resume(bob, 0)).rejects.toMatchObject({ code: 'sessionNotFound' });
    await alice.event('participantLeft');
    const again = await join('Bob');
    expect(again.me.participants.map(({ name }) => name)).toEqual(['Alice']);
  });

  it('keep exactly as many events as they say', async () => {
    server = await startHub({ limits: { replayEvents: 3 } });
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    bob.cut();
    await alice.event('participantUpdated');
    for (const body of [1, 2, 3]) await alice.request('message', { body });
    const again = await resume(bob, 0);
    await again.event('message', ({ body }) => body === 3);
    expect(bodies(again)).toEqual([1, 2, 3]);
  });
});

describe('under random cuts', () => {
  it('nobody misses, repeats or reorders an event', { timeout: 60_000 }, async () => {
    server = await startHub({ limits: anyRate });
    const sender = await join('Sender');
    const listeners = await Promise.all([1, 2, 3, 4].map((number) => listenWithCuts(number)));
    const total = 400;
    for (let body = 1; body <= total; body += 1) {
      await sender.request('message', { body });
      if (body % 40 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const heard = await Promise.all(listeners.map((listener) => listener.until(total)));
    for (const list of heard) expect(list).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  });

  /** A client that loses its connection at random and resumes with the last number it saw. */
  async function listenWithCuts(seed: number) {
    const first = await join(`Listener ${seed}`);
    const heard: unknown[] = [];
    let [seq, state] = [0, seed];
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const listen = async (client: SignalingClient, total: number): Promise<void> => {
      let taken = 0;
      const patience = 5 + Math.floor(random() * 40);
      while (heard.at(-1) !== total && taken < patience) {
        const event = client.events[taken];
        if (!event) {
          await new Promise((resolve) => client.once('frame', () => resolve(undefined)));
          continue;
        }
        taken += 1;
        expect(event.seq).toBe(seq + 1);
        seq = event.seq;
        if (event.method === 'message') heard.push((event.params as { body: unknown }).body);
      }
      client.cut();
      if (heard.at(-1) !== total) await listen(await resume(first, seq), total);
    };
    return {
      until: async (total: number) => {
        await listen(first, total);
        return heard;
      },
    };
  }
});
