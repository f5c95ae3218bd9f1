import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TokenGrants } from '../../../src/signaling/auth/access-token.ts';
import { Doorkeeper } from '../../../src/signaling/auth/doorkeeper.ts';
import { lockedDoor, tokenOf } from '../../support/locked-door.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

beforeEach(async () => {
  server = await startHub(lockedDoor());
});

afterEach(async () => {
  await server.close();
  expect(server.hub.counts()).toMatchObject({ sessions: 0, rooms: 0 });
});

const tokenWith = (grants: TokenGrants, name?: string) => tokenOf('alice', { grants, ...(name && { name }) });

async function joinWith(grants: TokenGrants, name?: string) {
  return SignalingClient.join(server.url, { room: 'tea', name: 'Mallory', token: await tokenWith(grants, name) });
}

describe('a server with a lock', () => {
  it('lets in who has a token for the room, under the name that it gives', async () => {
    const { me } = await joinWith({}, 'Alice');
    expect(me.participant.name).toBe('Alice');
    const client = await SignalingClient.connect(server.url);
    await expect(client.request('join', { room: 'tea' })).rejects.toMatchObject({ code: 'unauthorized' });
    const token = await tokenWith({});
    await expect(client.request('join', { room: 'coffee', token })).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(client.request('message', { body: 1 })).rejects.toMatchObject({ code: 'notJoined' });
  });

  it('handles what was sent along with a join after it, in order', async () => {
    const listener = await joinWith({});
    const client = await SignalingClient.connect(server.url);
    const first = client.send('join', { room: 'tea', token: await tokenWith({}) });
    const messages = [1, 2, 3].map((body) => client.send('message', { body }));
    const others = [client.send('leave', {}), client.send('join', { room: 'tea', token: await tokenWith({}) })];
    messages.push(client.send('message', { body: 4 }));
    for (const id of messages) expect(await client.replyTo(id)).toMatchObject({ result: { recipients: 1 } });
    expect(client.replies.map(({ id }) => id)).toEqual([
      first,
      ...messages.slice(0, 3),
      ...others,
      ...messages.slice(3),
    ]);
    await listener.event('message', ({ body }) => body === 4);
    expect(listener.events.map(({ method }) => method.replace('participant', ''))).toEqual([
      ...['Joined', 'message', 'message', 'message', 'Left'],
      ...['Joined', 'message'],
    ]);
  });

  it('bounds what waits for a join', async () => {
    await server.close();
    const { promise, reject } = Promise.withResolvers<never>();
    const doorkeeper = new Doorkeeper({ mode: 'token', verifier: { verify: () => promise }, clockToleranceSeconds: 0 });
    server = await startHub({ doorkeeper, limits: { maxPendingRequests: 3 } });
    const client = await SignalingClient.connect(server.url);
    const joining = client.send('join', { room: 'tea' });
    const ids = [1, 2, 3].map(() => client.send('ping', {}));
    expect(await client.replyTo(ids.at(-1) ?? 0)).toMatchObject({ error: { code: 'rateLimited' } });
    reject(new Error('The identity provider is down.'));
    expect(await client.replyTo(joining)).toMatchObject({ error: { code: 'internalError' } });
    expect(await client.replyTo(ids[0] ?? 0)).toHaveProperty('result.now');
  });

  it('begins no session for a connection that is gone when the token turns out to be good', async () => {
    const client = await SignalingClient.connect(server.url);
    client.send('join', { room: 'tea', token: await tokenWith({}) });
    client.cut();
    await client.closed;
    const other = await joinWith({});
    await other.request('ping', {});
    expect(other.me.participants.filter(({ state }) => state === 'connected')).toEqual([]);
  });

  it('resumes with the session’s own token', async () => {
    const { me } = await joinWith({});
    const resume = { session: me.session, token: me.resumeToken, seq: 0 };
    const again = await SignalingClient.join(server.url, { room: 'tea', resume });
    expect(again.me.resumed).toBe(true);
  });

  it.each([
    [{ message: false }, 'message', { body: 1 }],
    [{ message: false }, 'offer', { to: 'somebody', sdp: 'v=0' }],
    [{ updateOwn: false }, 'update', { name: 'Eve' }],
    [{ subscribe: false }, 'subscribe', { tracks: [] }],
    [{ publish: false }, 'offer', { connection: 'publish', sdp: 'v=0', tracks: [] }],
    [{ hidden: true }, 'offer', { connection: 'publish', sdp: 'v=0', tracks: [] }],
    [{}, 'endRoom', {}],
    [{}, 'updateRoom', { locked: true }],
    [{}, 'muteOther', { participant: 'somebody', track: 'track' }],
    [{}, 'remove', { participant: 'somebody' }],
    [{}, 'ban', { participant: 'somebody' }],
    [{}, 'admit', { participant: 'somebody' }],
  ] satisfies [TokenGrants, string, object][])('with %o refuses %s %o', async (grants, method, params) => {
    const client = await joinWith(grants);
    expect((await client.replyTo(client.send(method, params))).error?.code).toBe('forbidden');
  });

  it('keeps out who may not join, and says no more of that grant to who may', async () => {
    const refused = { code: 'forbidden', message: 'The token does not permit to join.' };
    await expect(joinWith({ join: false })).rejects.toMatchObject(refused);
    const { me } = await joinWith({ join: true });
    expect(me.participants).toEqual([]);
    expect(me.grants).not.toHaveProperty('join');
  });

  it('does not go on with a token that permits to join no longer', async () => {
    const client = await joinWith({});
    const refresh = client.request('refreshToken', { token: await tokenWith({ join: false }) });
    await expect(refresh).rejects.toMatchObject({ code: 'forbidden' });
    await expect(client.request('ping', {})).resolves.toHaveProperty('now');
  });

  it('lets only those open a room who may', async () => {
    await expect(joinWith({ createRoom: false })).rejects.toMatchObject({ code: 'forbidden' });
    const opener = await joinWith({});
    await expect(joinWith({ createRoom: false })).resolves.toHaveProperty('me');
    expect(opener.me.participants).toEqual([]);
  });
});
