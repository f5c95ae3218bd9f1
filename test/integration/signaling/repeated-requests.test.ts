import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CrosspointError } from '../../../src/shared/errors.ts';
import { accessClaims } from '../../../src/signaling/auth/access-token.ts';
import { Doorkeeper } from '../../../src/signaling/auth/doorkeeper.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

type Joined = Awaited<ReturnType<typeof SignalingClient.join>>;

let server: TestHub;
/** Lets the check of a token end; tokens are what takes its time here. */
let checkToken: (outcome: 'good' | 'bad') => void;
let checks = 0;

beforeEach(async () => {
  const { promise, resolve } = Promise.withResolvers<'good' | 'bad'>();
  checkToken = resolve;
  checks = 0;
  const verify = async () => {
    checks += 1;
    if ((await promise) === 'bad') throw new CrosspointError('unauthorized');
    return accessClaims.parse({ sub: 'anybody', link: true, room: 'tea', exp: Math.floor(Date.now() / 1000) + 600 });
  };
  server = await startHub({
    doorkeeper: new Doorkeeper({ mode: 'open', verifier: { verify }, clockToleranceSeconds: 0 }),
    limits: { messagesPerSecond: 5, messageBurst: 3, maxPendingRequests: 4 },
  });
});

afterEach(async () => {
  await server.close();
});

const join = (name: string) => SignalingClient.join(server.url, { room: 'tea', name });
const repliesTo = (client: SignalingClient, id: number | string) => client.replies.filter((reply) => reply.id === id);
const heard = (client: SignalingClient) =>
  client.events.flatMap(({ method, params }) => (method === 'message' ? [params] : []));

function say(client: SignalingClient, id: number | string, body: unknown): void {
  client.socket.send(JSON.stringify({ id, method: 'message', params: { body } }));
}

async function resume({ me }: Joined): Promise<SignalingClient> {
  const { session, resumeToken: token } = me;
  return SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
}

/** All that was sent so far has been handled, and has reached the other. */
async function settle(client: SignalingClient, other: SignalingClient): Promise<void> {
  await client.request('ping', {});
  await other.request('ping', {});
}

describe('a request that comes again under its id', () => {
  it('is carried out once, and answered each time with the same', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    say(alice, 50, 'once');
    say(alice, 50, 'once');
    await settle(alice, bob);
    expect(heard(bob)).toHaveLength(1);
    expect(repliesTo(alice, 50)).toEqual([
      { id: 50, result: { recipients: 1, status: 'sent' } },
      { id: 50, result: { recipients: 1, status: 'sent' } },
    ]);
  });

  it('is known over a new connection after a resume, also when its reply never arrived', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    say(alice, 'a', 1);
    await bob.event('message');
    alice.cut();
    const again = await resume(alice);
    say(again, 'a', 1);
    say(again, 'b', 2);
    await settle(again, bob);
    expect(heard(bob)).toMatchObject([{ body: 1 }, { body: 2 }]);
    expect(repliesTo(again, 'a')).toEqual([{ id: 'a', result: { recipients: 1, status: 'sent' } }]);
  });

  it('gets the same error when it failed', async () => {
    const alice = await join('Alice');
    const nobody = { to: 'nobody', body: 1 };
    alice.socket.send(JSON.stringify({ id: 9, method: 'message', params: nobody }));
    const { error } = await alice.replyTo(9);
    const again = await resume(alice);
    again.socket.send(JSON.stringify({ id: 9, method: 'message', params: nobody }));
    expect((await again.replyTo(9)).error).toEqual(error);
    expect(error).toMatchObject({ code: 'participantNotFound' });
  });

  it.each(['good', 'bad'] as const)('waits for the first to be answered: %s', async (outcome) => {
    const alice = await join('Alice');
    const refresh = JSON.stringify({ id: 7, method: 'refreshToken', params: { token: 'new' } });
    alice.socket.send(refresh);
    alice.socket.send(refresh);
    await alice.request('ping', {});
    // The old connection loses the session to the new one, and the reply goes where it was asked for last.
    const again = await resume(alice);
    again.socket.send(refresh);
    await again.request('ping', {});
    expect(repliesTo(again, 7)).toEqual([]);
    checkToken(outcome);
    const reply = await again.replyTo(7);
    if (outcome === 'good') expect(reply.result).toHaveProperty('grants');
    else expect(reply.error).toMatchObject({ code: 'unauthorized' });
    expect(repliesTo(alice, 7)).toEqual([]);
    again.socket.send(refresh);
    await expect.poll(() => repliesTo(again, 7)).toEqual([reply, reply]);
  });

  it('counts with all that the session has unanswered, over all its connections', async () => {
    const alice = await join('Alice');
    const refresh = (id: number) => JSON.stringify({ id, method: 'refreshToken', params: { token: 'new' } });
    for (const id of [11, 12, 13, 14]) alice.socket.send(refresh(id));
    await expect.poll(() => checks).toBe(4);
    const again = await resume(alice);
    again.socket.send(refresh(15));
    again.socket.send(refresh(11));
    expect((await again.replyTo(15)).error).toMatchObject({ code: 'rateLimited' });
    checkToken('good');
    expect(await again.replyTo(11)).toHaveProperty('result.grants');
  });

  it('is another where the id is a text instead of a number', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    say(alice, 60, 1);
    say(alice, '60', 1);
    await settle(alice, bob);
    expect(heard(bob)).toHaveLength(2);
  });

  it('must be the same request', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    say(alice, 70, 'one');
    await alice.replyTo(70);
    say(alice, 70, 'two');
    say(alice, 70, 'another');
    alice.socket.send(JSON.stringify({ id: 70, method: 'update', params: { name: 'Al' } }));
    await settle(alice, bob);
    const codes = repliesTo(alice, 70).map(({ error }) => error?.code);
    expect(codes).toEqual([undefined, ...Array(3).fill('requestIdReused')]);
    expect(bob.events.map(({ method }) => method)).toEqual(['message']);
  });

  it('is carried out when it was refused unseen before', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    for (const id of [81, 82, 83, 84]) say(alice, id, id);
    expect((await alice.replyTo(84)).error).toMatchObject({ code: 'rateLimited' });
    await expect
      .poll(async () => {
        say(alice, 84, 84);
        await settle(alice, bob);
        return heard(bob);
      })
      .toMatchObject([{ body: 81 }, { body: 82 }, { body: 83 }, { body: 84 }]);
  });

  it('is carried out when its session was admitted meanwhile', async () => {
    const api = server.hub.administration;
    api.create({ name: 'tea', locked: false, waitingRoom: true });
    const alice = await join('Alice');
    say(alice, 5, 'too early');
    expect((await alice.replyTo(5)).error).toMatchObject({ code: 'notAdmitted' });
    api.update('tea', { waitingRoom: false });
    await alice.event('admitted');
    say(alice, 5, 'too early');
    await alice.request('ping', {});
    expect(repliesTo(alice, 5).at(-1)).toMatchObject({ result: { recipients: 0 } });
  });

  it('is new to another session', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    say(alice, 90, 1);
    await alice.replyTo(90);
    await alice.request('leave', {});
    await alice.request('join', { room: 'tea' });
    say(alice, 90, 1);
    await settle(alice, bob);
    expect(heard(bob)).toHaveLength(2);
  });

  it('is told anew where it is a ping', async () => {
    const alice = await join('Alice');
    for (let count = 0; count < 2; count += 1) alice.socket.send('{"id":95,"method":"ping"}');
    alice.socket.send(JSON.stringify({ id: 95, method: 'update', params: { name: 'Al' } }));
    await alice.request('ping', {});
    expect(repliesTo(alice, 95)).toMatchObject([
      { result: { now: expect.any(Number) } },
      { result: {} },
      { result: {} },
    ]);
  });
});
