import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClientEvents, CrosspointClient } from '../../../src/client/index.ts';
import type { TokenRequest } from '../../../src/signaling/auth/create-token.ts';
import { lockedDoor, tokenOf } from '../../support/locked-door.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;
const clients: CrosspointClient[] = [];

beforeEach(async () => {
  server = await startHub(lockedDoor());
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.leave();
  await server.close();
});

function create(): CrosspointClient {
  const client = new CrosspointClient({ url: server.url, reconnect: { baseDelayMs: 20, maxDelayMs: 100 } });
  clients.push(client);
  return client;
}

async function join(identity: string, options: Partial<TokenRequest> = {}): Promise<CrosspointClient> {
  const client = create();
  await client.join({ room: 'tea', token: await tokenOf(identity, options) });
  return client;
}

const moderator = () => join('mod', { grants: { moderate: true } });

function next<Name extends keyof ClientEvents>(client: CrosspointClient, name: Name): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    const remove = client.on(name, (...values) => {
      remove();
      resolve(values);
    });
  });
}

describe('the client at the door', () => {
  it('tells its grants and when they end, and refreshes its token', async () => {
    const alice = await join('alice');
    expect(alice.grants).toMatchObject({ message: true, moderate: false });
    const end = alice.accessExpiresAt ?? 0;
    const renewed = next(alice, 'accessRenewed');
    const grants = await alice.refreshToken(await tokenOf('alice', { ttlSeconds: 7200, grants: { message: false } }));
    await renewed;
    expect([grants.message, alice.grants?.message]).toEqual([false, false]);
    expect(alice.accessExpiresAt).toBeGreaterThan(end);
    expect(Math.abs((alice.accessExpiresAt ?? 0) - Date.now() - 7_200_000)).toBeLessThan(30_000);
  });

  it('asks a token function for another before the one in force expires, and goes on with that', async () => {
    const grants = [{ message: true }, { message: false }];
    const token = vi.fn(() => tokenOf('alice', { ttlSeconds: 4, grants: grants[token.mock.calls.length - 1] ?? {} }));
    const alice = create();
    const ended: string[] = [];
    alice.on('stateChanged', ({ status }) => ended.push(status));
    await alice.join({ room: 'tea', token });
    await expect.poll(() => alice.grants?.message, { timeout: 10_000 }).toBe(false);
    // The third, when the first would have ended the session.
    await expect.poll(() => alice.grants?.message, { timeout: 10_000 }).toBe(true);
    expect(token.mock.calls.length).toBeGreaterThanOrEqual(3);
    expect(ended).toEqual(['connecting', 'joined']);
  });

  it('waits to be admitted, and sends then what was asked for meanwhile', async () => {
    const mod = await moderator();
    await mod.updateRoom({ waitingRoom: true });
    const alice = create();
    const waiting = next(mod, 'participantWaiting');
    const joined = alice.join({ room: 'tea', name: 'Alice', token: await tokenOf('alice') });
    const sent = alice.sendMessage({ body: 'early' });
    const [{ id, identity }] = await waiting;
    expect(identity).toBe('alice');
    await expect.poll(() => alice.state.status).toBe('waiting');
    const received = next(mod, 'messageReceived');
    await mod.admit(id);
    expect((await joined).participants).toHaveLength(1);
    expect(await sent).toMatchObject({ recipients: 1 });
    expect((await received)[0].body).toBe('early');
    expect(alice.state.status).toBe('joined');
  });

  it('learns that it was not let in', async () => {
    const mod = await moderator();
    await mod.updateRoom({ waitingRoom: true });
    const waiting = next(mod, 'participantWaiting');
    const alice = create();
    const joined = alice.join({ room: 'tea', token: await tokenOf('alice') });
    joined.catch(() => undefined);
    const ended = next(mod, 'waitingEnded');
    const [{ id }] = await waiting;
    await mod.removeParticipant(id);
    await expect(joined).rejects.toMatchObject({ code: 'removed' });
    expect(await ended).toEqual([id, 'removed']);
  });

  it('bans, locks and ends', async () => {
    const [mod, alice] = [await moderator(), await join('alice')];
    const gone = next(alice, 'stateChanged');
    await mod.ban(alice.self?.id ?? '');
    expect((await gone)[0]).toMatchObject({ status: 'disconnected', code: 'removed', action: 'giveUp' });
    await expect(join('alice')).rejects.toMatchObject({ code: 'banned' });
    const bob = await join('bob');
    const updated = next(bob, 'roomUpdated');
    await mod.updateRoom({ locked: true });
    expect((await updated)[0]).toEqual({ locked: true });
    await expect(join('carol')).rejects.toMatchObject({ code: 'roomLocked' });
    const ended = next(bob, 'stateChanged');
    await mod.endRoom();
    expect((await ended)[0]).toMatchObject({ code: 'roomClosed' });
  });
});
