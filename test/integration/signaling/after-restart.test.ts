import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { joinAs, keyOfLockedDoor, tokenOf } from '../../support/locked-door.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';

const lock = ['--auth-mode', 'token', '--auth-api-keys', keyOfLockedDoor];
let folder: string;
let mailbox: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crosspoint-restart-'));
  mailbox = ['--messages-mailbox-file', join(folder, 'mailbox.sqlite')];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start(flags: string[] = mailbox): Promise<ServerProcess> {
  const server = await startServerProcess([...lock, ...flags, '--media-workers', '1', '--turn-mode', 'off']);
  onTestFinished(() => server.kill());
  return server;
}

async function revoke(server: ServerProcess, identity: string): Promise<void> {
  const token = await tokenOf('backend', { room: '*', grants: { admin: true } });
  const response = await fetch(new URL('/api/v1/revocations', server.demo), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ identity }),
  });
  expect(response.status).toBe(204);
}

describe('after the process was killed and started anew', () => {
  it('a revoked identity stays out with the token it had, and others do not', async () => {
    const first = await start();
    const [token, other] = [await tokenOf('alice'), await tokenOf('bob')];
    await revoke(first, 'alice');
    await first.kill();
    const second = await start();
    const alice = joinAs(second.signaling, 'alice', { token });
    await expect(alice).rejects.toMatchObject({ code: 'unauthorized', message: 'The identity was revoked.' });
    await joinAs(second.signaling, 'bob', { token: other });
  });

  it('a revocation is forgotten where there is no database', async () => {
    const first = await start([]);
    const token = await tokenOf('alice');
    await revoke(first, 'alice');
    await first.kill();
    const second = await start([]);
    expect((await joinAs(second.signaling, 'alice', { token })).me.resumed).toBe(false);
  });

  it('the sender of what expired meanwhile is told when they come, and the receiver does not get it', async () => {
    const first = await start();
    const alice = await joinAs(first.signaling, 'alice');
    const keep = (id: string, ttlSeconds: number) =>
      alice.request('message', { toUser: 'bob', acknowledge: true, id, ttlSeconds, body: id });
    await keep('late', 1);
    await keep('kept', 60);
    await first.kill();
    await delay(1_100);
    const second = await start();
    const bob = await joinAs(second.signaling, 'bob');
    expect(await bob.event('message')).toMatchObject({ id: 'kept' });
    const again = await joinAs(second.signaling, 'alice');
    expect(await again.event('receipt')).toMatchObject({ id: 'late', by: 'bob', status: 'expired' });
    await bob.request('ping', {});
    expect(bob.events.filter(({ method }) => method === 'message')).toHaveLength(1);
  });

  it('a receipt that the sender did not acknowledge comes again', async () => {
    const first = await start();
    const [alice, bob] = [await joinAs(first.signaling, 'alice'), await joinAs(first.signaling, 'bob')];
    await alice.request('message', { toUser: 'bob', acknowledge: true, id: 'm1', body: 1 });
    const { ordinal = 0 } = await bob.event('message');
    await bob.request('receipt', { ordinals: [ordinal] });
    const receipt = await alice.event('receipt');
    await first.kill();
    const again = await joinAs((await start()).signaling, 'alice');
    expect(await again.event('receipt')).toEqual(receipt);
  });
});

describe('webhooks that nobody took before the server was stopped', () => {
  const told: { event: string; room: string; id: string }[] = [];
  let isUp = false;

  async function startReceiver(): Promise<string> {
    const receiver = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      if (isUp) told.push(JSON.parse(body));
      response.writeHead(isUp ? 204 : 503).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void receiver.close());
    await once(receiver, 'listening');
    return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  }

  it('come after the next start, in order and once', async () => {
    told.length = 0;
    isUp = false;
    const hooks = ['--webhooks-urls', await startReceiver(), '--webhooks-secret', 'a-secret-for-webhooks'];
    const first = await start([...mailbox, ...hooks]);
    await joinAs(first.signaling, 'alice');
    expect(await first.stop()).toBe(0);
    isUp = true;
    const second = await start([...mailbox, ...hooks]);
    const events = () => told.map(({ event, room }) => `${event} ${room}`);
    const expected = ['roomStarted tea', 'participantJoined tea', 'participantLeft tea', 'roomEnded tea'];
    await expect.poll(events, { timeout: 10_000 }).toEqual(expected);
    expect(await second.stop()).toBe(0);
    await start([...mailbox, ...hooks]);
    await delay(500);
    expect(events()).toEqual(expected);
  });
});

describe('a start', () => {
  it.each([
    ['--messages-mailbox-file', 'messages.mailboxFile', 'a SQLite database, or a new file, that can be written'],
    ['--media-worker-bin', 'media.workerBin', 'a program'],
  ])('with an unusable file in %s fails and names the key', async (flag, key, expected) => {
    const file = join(folder, 'nowhere', 'file');
    await expect(start([flag, file])).rejects.toThrow(`${key}: got "${file}", expected ${expected}`);
  });
});
