import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createServer, type RunningServer } from '../../../src/server.ts';
import { loadConfig } from '../../../src/shared/config/load-config.ts';
import { createSilentLogger } from '../../../src/shared/logger.ts';
import { createToken, type TokenRequest } from '../../../src/signaling/auth/create-token.ts';
import { signatureHeader, verifyWebhook } from '../../../src/signaling/webhooks/webhook-signature.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { workerBin } from '../../support/worker-bin.ts';
import { fixture } from '../sfu/support.ts';

const secret = 'a-secret-of-at-least-thirty-two-bytes';
const webhookSecret = 'a-secret-for-webhooks';
const anyPort = ['--http-port=0', '--media-port=0', '--turn-listening-port=0', '--turn-tls-listening-port=0'];

let server: RunningServer;
let receiver: Server;
const told: {
  event: string;
  room: string;
  participant?: { identity?: string };
  track?: { source: string };
  message?: { id: string; user: string };
}[] = [];

beforeAll(async () => {
  receiver = createHttpServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const header = String(request.headers[signatureHeader]);
    const nowSeconds = Date.now() / 1000;
    const isGenuine = verifyWebhook({ secret: webhookSecret, body, header, nowSeconds, toleranceSeconds: 60 });
    if (isGenuine) told.push(JSON.parse(body));
    response.writeHead(isGenuine ? 204 : 401).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  await start();
});

/** A test that is tried again meets neither rooms nor remembered ids of its first try. */
beforeEach(async ({ task }) => {
  if ((task.result?.retryCount ?? 0) === 0) return;
  await server.close();
  told.length = 0;
  await start();
});

async function start(): Promise<void> {
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const flags = [
    '--messages-history-messages=5',
    `--auth-api-keys=web:${secret}`,
    `--webhooks-urls=${hook}`,
    `--webhooks-secret=${webhookSecret}`,
  ];
  const args = [...anyPort, '--media-workers=1', `--media-worker-bin=${workerBin()}`, ...flags];
  const { config } = await loadConfig({ args, environment: {}, cwd: tmpdir() });
  server = await createServer({ config, logger: createSilentLogger() });
}

afterAll(async () => {
  await server.close();
  receiver.close();
});

const tokenOf = (identity: string, options: Partial<TokenRequest> = {}) =>
  createToken({ apiKey: 'web', secret, identity, room: '*', ttlSeconds: 60, ...options });
const adminToken = (room = '*') => tokenOf('backend', { room, grants: { admin: true } });

async function join(room: string, identity: string, options: Partial<TokenRequest> = {}) {
  return SignalingClient.join(server.addresses.signaling, { room, token: await tokenOf(identity, options) });
}

/** A request as curl would make it; gives status and body. */
async function call(method: string, path: string, body?: unknown, token?: string) {
  const response = await fetch(new URL(`/api/v1${path}`, server.addresses.demo), {
    method,
    headers: { authorization: `Bearer ${token ?? (await adminToken())}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const codeOf = async (...request: Parameters<typeof call>) => {
  const { status, body } = await call(...request);
  return [status, body?.error?.code];
};

describe('the HTTP API', () => {
  it('creates rooms with options, lists, shows, changes and ends them', async () => {
    const options = { name: 'board', maxParticipants: 2, waitingRoom: true, emptyTimeoutSeconds: 60 };
    const { status, body } = await call('POST', '/rooms', options);
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'board', maxParticipants: 2, waitingRoom: true, participants: 0 });
    expect(await codeOf('POST', '/rooms', { name: 'board' })).toEqual([409, 'roomExists']);
    expect((await call('GET', '/rooms?limit=10')).body).toMatchObject({ total: 1, rooms: [{ name: 'board' }] });
    expect((await call('GET', '/rooms?offset=1')).body).toEqual({ total: 1, rooms: [] });
    const alice = await join('board', 'alice', { grants: { createRoom: false } });
    expect(alice.me.waiting).toBe(true);
    expect((await call('GET', '/rooms/board')).body).toMatchObject({ participants: 0, waiting: 1 });
    expect((await call('PATCH', '/rooms/board', { locked: true })).body).toMatchObject({ locked: true });
    await expect(join('board', 'bob')).rejects.toMatchObject({ code: 'roomLocked' });
    expect((await call('POST', `/rooms/board/participants/${alice.me.participant.id}/admit`)).status).toBe(204);
    await alice.event('admitted');
    expect((await call('DELETE', '/rooms/board')).status).toBe(204);
    expect(await alice.event('disconnect')).toMatchObject({ code: 'roomClosed' });
    expect(await codeOf('GET', '/rooms/board')).toEqual([404, 'roomNotFound']);
  });

  it('shows who is in a room, those too whom the others do not see, and sends away, also for good', async () => {
    const [alice, bob] = [await join('tea room', 'alice'), await join('tea room', 'bob')];
    await join('tea room', 'observer', { grants: { hidden: true } });
    const people = (await call('GET', '/rooms/tea%20room/participants')).body;
    expect(people.participants).toMatchObject([{ identity: 'alice' }, { identity: 'bob' }, { hidden: true }]);
    const path = (client: typeof alice) => `/rooms/tea%20room/participants/${client.me.participant.id}`;
    expect((await call('DELETE', path(alice))).status).toBe(204);
    expect(await alice.event('disconnect')).toMatchObject({ code: 'removed' });
    expect((await call('DELETE', `${path(bob)}?ban=true`)).status).toBe(204);
    await bob.closed;
    await join('tea room', 'alice');
    await expect(join('tea room', 'bob')).rejects.toMatchObject({ code: 'banned' });
    expect(await codeOf('DELETE', path(bob))).toEqual([404, 'participantNotFound']);
    await call('DELETE', '/rooms/tea%20room');
  });

  it('sends messages to a room and to one participant', async () => {
    const [alice, bob] = [await join('tea', 'alice'), await join('tea', 'bob')];
    const toAll = await call('POST', '/rooms/tea/messages', { type: 'notice', body: { text: 'Hello' } });
    expect(toAll).toMatchObject({ status: 200, body: { recipients: 2 } });
    expect(await alice.event('message')).toMatchObject({ from: 'server', type: 'notice', body: { text: 'Hello' } });
    const to = bob.me.participant.id;
    expect((await call('POST', '/rooms/tea/messages', { to, body: 1 })).body).toMatchObject({ recipients: 1 });
    expect(await bob.event('message', ({ body }) => body === 1)).toMatchObject({ from: 'server', to });
    expect(await codeOf('POST', '/rooms/tea/messages', { to: 'nobody', body: 1 })).toEqual([
      404,
      'participantNotFound',
    ]);
    const tooLong = { body: 'x'.repeat(70_000) };
    expect(await codeOf('POST', '/rooms/tea/messages', tooLong)).toEqual([413, 'messageTooLarge']);
    const tooDeep = `{"body":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect(await codeOf('POST', '/rooms/tea/messages', tooDeep)).toEqual([400, 'invalidParams']);
    await call('DELETE', '/rooms/tea');
  });

  it('sends a message to a user on all their devices, and one with an id once', async () => {
    const [phone, laptop, bob] = [await join('tea', 'alice'), await join('tea', 'alice'), await join('tea', 'bob')];
    const toUser = { toUser: 'alice', id: 'n1', body: 1 };
    expect((await call('POST', '/rooms/tea/messages', toUser)).body).toEqual({ recipients: 2, status: 'sent' });
    expect((await call('POST', '/rooms/tea/messages', toUser)).body).toEqual({ recipients: 0, status: 'duplicate' });
    for (const device of [phone, laptop]) {
      expect(await device.event('message')).toMatchObject({ from: 'server', toUser: 'alice', id: 'n1' });
    }
    await call('POST', '/rooms/tea/messages', { id: 'n2', body: 2 });
    await bob.event('message', ({ id }) => id === 'n2');
    expect(bob.events.filter(({ method }) => method === 'message')).toHaveLength(1);
    const late = await join('tea', 'carol');
    expect(await late.event('message')).toMatchObject({ from: 'server', id: 'n2', body: 2, history: true });
    await call('DELETE', '/rooms/tea');
  });

  it('sends acknowledged messages to a user who is away, and tells what became of them', async () => {
    const path = '/rooms/mail/messages';
    const send = (id: string, more: object = {}) =>
      call('POST', path, { toUser: 'alice', acknowledge: true, id, body: { id }, ...more });
    const statusesOf = async (id: string) => (await call('GET', `${path}/${id}`)).body;
    expect(await send('m 1')).toEqual({ status: 200, body: { recipients: 0, status: 'stored' } });
    expect((await send('m 1')).body).toEqual({ recipients: 0, status: 'duplicate' });
    expect((await send('m2', { ttlSeconds: 1 })).body.status).toBe('stored');
    expect(await statusesOf('m%201')).toEqual({ id: 'm 1', users: [{ user: 'alice', status: 'stored' }] });
    await expect.poll(async () => (await statusesOf('m2')).users[0].status, { timeout: 5_000 }).toBe('expired');
    const alice = await join('mail', 'alice');
    const message = await alice.event('message');
    expect(message).toMatchObject({ from: 'server', toUser: 'alice', id: 'm 1', body: { id: 'm 1' } });
    expect(message).not.toHaveProperty('fromUser');
    await alice.request('receipt', { ordinals: [message.ordinal ?? 0] });
    expect((await statusesOf('m%201')).users).toEqual([{ user: 'alice', status: 'delivered' }]);
    await alice.request('receipt', { ordinals: [message.ordinal ?? 0], status: 'read' });
    expect((await statusesOf('m%201')).users).toEqual([{ user: 'alice', status: 'read' }]);
    const events = () =>
      told.filter(({ room }) => room === 'mail').flatMap(({ event, message: of }) => (of ? [[event, of]] : []));
    await expect.poll(events, { timeout: 5_000 }).toEqual([
      ['messageExpired', { id: 'm2', user: 'alice' }],
      ['messageDelivered', { id: 'm 1', user: 'alice' }],
      ['messageRead', { id: 'm 1', user: 'alice' }],
    ]);
    expect(await codeOf('GET', `${path}/none`)).toEqual([404, 'messageNotFound']);
    await call('DELETE', '/rooms/mail');
  });

  it('sends acknowledged messages to a room and to a participant, for the users behind them', async () => {
    const path = '/rooms/post/messages';
    const [alice, bob] = [await join('post', 'alice'), await join('post', 'bob')];
    const guest = await join('post', 'guest', { link: true });
    const send = (id: string, more: object = {}) => call('POST', path, { acknowledge: true, id, body: 1, ...more });
    expect((await send('all')).body).toEqual({ recipients: 2, status: 'stored' });
    const toBob = await bob.event('message');
    expect(toBob).toMatchObject({ from: 'server', id: 'all' });
    expect(toBob).not.toHaveProperty('toUser');
    await bob.request('receipt', { ordinals: [toBob.ordinal ?? 0] });
    expect((await call('GET', `${path}/all`)).body.users).toEqual([
      { user: 'alice', status: 'stored' },
      { user: 'bob', status: 'delivered' },
    ]);
    expect((await send('one', { to: alice.me.participant.id })).body).toEqual({ recipients: 1, status: 'stored' });
    expect(await alice.event('message', ({ id }) => id === 'one')).toMatchObject({ toUser: 'alice' });
    expect(guest.events.filter(({ method }) => method === 'message')).toEqual([]);
    const codeWith = (more: object) => codeOf('POST', path, { acknowledge: true, id: 'bad', body: 1, ...more });
    expect(await codeWith({ to: guest.me.participant.id })).toEqual([409, 'identityRequired']);
    expect(await codeWith({ to: 'x', toUser: 'y' })).toEqual([400, 'invalidParams']);
    expect(await codeWith({ id: undefined })).toEqual([400, 'invalidParams']);
    expect(await codeWith({ ttlSeconds: 7_000_000 })).toEqual([400, 'invalidParams']);
    expect(await codeOf('POST', path, { id: 'bad' })).toEqual([400, 'invalidParams']);
    expect(await codeOf('POST', '/rooms/closed/messages', { acknowledge: true, id: 'm', body: 1 })).toEqual([
      404,
      'roomNotFound',
    ]);
    await call('DELETE', '/rooms/post');
  });

  it('is told that a mailbox is full', async () => {
    const path = '/rooms/full/messages';
    const big = { toUser: 'alice', acknowledge: true, body: 'x'.repeat(60_000) };
    const outcomes: unknown[] = [];
    for (let count = 0; count < 75; count += 1) {
      const { status, body } = await call('POST', path, { ...big, id: `m${count}` });
      outcomes.push([status, body.status ?? body.error.code, body.error?.data?.whose]);
    }
    const stored = outcomes.filter((outcome) => JSON.stringify(outcome) === '[200,"stored",null]');
    expect(stored).toHaveLength(Math.floor(4_194_304 / 60_002));
    expect(outcomes.at(-1)).toEqual([409, 'mailboxFull', 'recipient']);
  });

  it('mutes a track, of which its publisher learns', async () => {
    const alice = await join('tea', 'alice');
    const sdp = await fixture('chromium', 'publish.microphone-camera.only.offer');
    const { tracks: [{ track = '' } = {}] = [] } = await alice.request('offer', {
      connection: 'publish',
      sdp,
      tracks: [],
    });
    const path = `/rooms/tea/participants/${alice.me.participant.id}/tracks`;
    expect((await call('POST', `${path}/${track}/mute`)).status).toBe(204);
    expect(await alice.event('trackUpdated')).toMatchObject({ track, muted: true });
    expect(await codeOf('POST', `${path}/none/mute`)).toEqual([404, 'trackNotFound']);
    await call('DELETE', '/rooms/tea');
  });

  it('revokes an identity', async () => {
    const alice = await join('tea', 'alice');
    expect((await call('POST', '/revocations', { identity: 'alice' })).status).toBe(204);
    expect(await alice.event('disconnect')).toMatchObject({ code: 'revoked', action: 'giveUp' });
  });

  it('knows rooms by any name, percent-encoded', async () => {
    for (const name of ['..', '.', 'a/b', 'a%2Fb', '茶?x=1#y', '*']) {
      expect((await call('POST', '/rooms', { name })).status).toBe(201);
      const path = `/api/v1/rooms/${encodeURIComponent(name).replaceAll('.', '%2E')}`;
      const { port } = server.addresses.http;
      // Not with fetch, which takes `%2E%2E` for the folder above.
      const headers = { authorization: `Bearer ${await adminToken()}` };
      const outgoing = request({ host: '127.0.0.1', port, method: 'DELETE', path, headers }).end();
      const [response] = await once(outgoing, 'response');
      expect([name, response.resume().statusCode]).toEqual([name, 204]);
    }
  });

  it('is for tokens with the grant admin, of an API key, and for the rooms that they name', async () => {
    expect(await codeOf('GET', '/rooms', undefined, 'garbage')).toEqual([401, 'unauthorized']);
    expect(await codeOf('GET', '/rooms', undefined, await tokenOf('alice'))).toEqual([403, 'forbidden']);
    const expired = await tokenOf('backend', { grants: { admin: true }, ttlSeconds: -60 });
    expect(await codeOf('GET', '/rooms', undefined, expired)).toEqual([401, 'unauthorized']);
    const bare = await fetch(new URL('/api/v1/rooms', server.addresses.demo));
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const scoped = await adminToken('team-*');
    await call('POST', '/rooms', { name: 'team-1' }, scoped);
    await call('POST', '/rooms', { name: 'other' });
    expect((await call('GET', '/rooms', undefined, scoped)).body.rooms).toHaveLength(1);
    expect(await codeOf('POST', '/rooms', { name: 'board' }, scoped)).toEqual([403, 'forbidden']);
    expect(await codeOf('DELETE', '/rooms/other', undefined, scoped)).toEqual([403, 'forbidden']);
    expect(await codeOf('POST', '/revocations', { identity: 'zoe' }, scoped)).toEqual([403, 'forbidden']);
    await call('DELETE', '/rooms/team-1', undefined, scoped);
    await call('DELETE', '/rooms/other');
  });

  it('refuses what it cannot use with a code of the one table', async () => {
    expect(await codeOf('POST', '/rooms', '{')).toEqual([400, 'malformedMessage']);
    expect(await codeOf('POST', '/rooms', { name: '' })).toEqual([400, 'invalidParams']);
    expect(await codeOf('POST', '/rooms', { name: 'x', colour: 'red' })).toEqual([400, 'invalidParams']);
    expect(await codeOf('GET', '/rooms?limit=many')).toEqual([400, 'invalidParams']);
    expect(await codeOf('GET', '/nonsense')).toEqual([404, 'unknownMethod']);
    expect(await codeOf('PUT', '/rooms')).toEqual([404, 'unknownMethod']);
    expect(await codeOf('POST', '/rooms', 'x'.repeat(1_000_000))).toEqual([413, 'messageTooLarge']);
  });

  it('keeps a created room while it is empty for the time that was asked for', async () => {
    await call('POST', '/rooms', { name: 'short', emptyTimeoutSeconds: 1 });
    const alice = await join('short', 'carol', { grants: { createRoom: false } });
    await alice.request('leave', {});
    expect((await call('GET', '/rooms/short')).status).toBe(200);
    await expect.poll(async () => (await call('GET', '/rooms/short')).status, { timeout: 5_000 }).toBe(404);
  });
});

describe('the metrics', () => {
  it('count acknowledged messages by what became of them, and show what waits', async () => {
    const shown = async () => {
      const text = await (await fetch(new URL('/metrics', server.addresses.demo))).text();
      const lines = [...text.matchAll(/^crosspoint_mailbox_(\S+) (\d+)$/gm)];
      return Object.fromEntries(lines.map(([, name = '', value]) => [name, Number(value)]));
    };
    const before = await shown();
    const send = (id: string) =>
      call('POST', '/rooms/counted/messages', { toUser: 'dora', acknowledge: true, id, body: 'four' });
    for (const id of ['m1', 'm2', 'm2']) await send(id);
    const between = await shown();
    const dora = await join('counted', 'dora');
    const { ordinal = 0 } = await dora.event('message', ({ id }) => id === 'm2');
    for (const status of ['delivered', 'read'] as const) await dora.request('receipt', { ordinals: [ordinal], status });
    const after = await shown();
    const changes = (from: Record<string, number>, to: Record<string, number>) =>
      Object.entries(to).flatMap(([name, value]) => (value === from[name] ? [] : [[name, value - (from[name] ?? 0)]]));
    expect(changes(before, between)).toEqual([
      ['entries{kind="messages"}', 2],
      ['bytes', 12],
      ['remembered_ids', 2],
      ['messages_total{outcome="stored"}', 2],
      ['messages_total{outcome="duplicate"}', 1],
    ]);
    expect(changes(between, after)).toEqual([
      ['entries{kind="messages"}', -1],
      ['bytes', -6],
      ['messages_total{outcome="delivered"}', 1],
      ['messages_total{outcome="read"}', 1],
    ]);
    await call('DELETE', '/rooms/counted');
  });
});

describe('docs/http-api.md', () => {
  const page = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');
  const pattern = /^curl -H "\$AUTH"(?: -X (\w+))? "?\$API(\/[^\s"]*)"?(?: -d '(.*)')?$/;
  const examples = page.split('\n').filter((line) => line.startsWith('curl'));

  it('shows calls that do what it says, one after the other', async () => {
    expect(examples.length).toBeGreaterThan(10);
    await call('POST', '/rooms', { name: 'other' });
    for (const example of examples) {
      const [, method = 'GET', path = '', body] = pattern.exec(example) ?? [];
      expect(path, example).not.toBe('');
      expect((await call(method, await fillIn(path), body)).status, example).toBeLessThan(300);
      if (path === '/rooms/board' && method === 'DELETE')
        await call('POST', '/rooms', { name: 'board', waitingRoom: true });
    }
    await call('DELETE', '/rooms/board');
    await call('DELETE', '/rooms/other');
  });

  /** Puts in somebody who is in the state that the example is about. */
  async function fillIn(path: string): Promise<string> {
    if (!path.includes('$PARTICIPANT')) return path;
    const person = await join('board', `person-${Math.random()}`, { grants: { moderate: !path.endsWith('/admit') } });
    const filled = path.replace('$PARTICIPANT', person.me.participant.id);
    if (!filled.includes('$TRACK')) return filled;
    const sdp = await fixture('chromium', 'publish.microphone.only.offer');
    const { tracks } = await person.request('offer', { connection: 'publish', sdp, tracks: [] });
    return filled.replace('$TRACK', tracks?.[0]?.track ?? '');
  }
});

describe('webhooks', () => {
  it('tell, signed and in order, what happened in a room', async () => {
    told.length = 0;
    const alice = await join('hooked', 'dora');
    const sdp = await fixture('chromium', 'publish.microphone.only.offer');
    await alice.request('offer', { connection: 'publish', sdp, tracks: [] });
    await alice.request('leave', {});
    const events = () => told.filter(({ room }) => room === 'hooked').map(({ event }) => event);
    const expected = ['roomStarted', 'participantJoined', 'trackPublished', 'participantLeft', 'roomEnded'];
    await expect.poll(events, { timeout: 5_000 }).toEqual(expected);
    expect(told.find(({ event }) => event === 'participantJoined')?.participant?.identity).toBe('dora');
    expect(told.find(({ event }) => event === 'trackPublished')?.track?.source).toBe('microphone');
  });
});
