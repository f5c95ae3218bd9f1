import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ErrorDefinition, errorCodes } from '../../../src/protocol/error-codes.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

afterEach(async () => {
  await server.close();
});

/** Status and text with which an upgrade is refused. */
async function refusalOf(options: { protocols?: string[]; headers?: Record<string, string> } = {}) {
  const socket = new WebSocket(server.url, options.protocols ?? ['crosspoint.v1'], { headers: options.headers ?? {} });
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return `${response.statusCode} ${text}`;
}

describe('the upgrade', () => {
  it('needs the subprotocol', async () => {
    server = await startHub();
    expect(await refusalOf({ protocols: ['other.v1'] })).toBe('400 Ask for the subprotocol crosspoint.v1.');
    expect(await refusalOf({ protocols: [] })).toMatch(/^400/);
    const client = new WebSocket(server.url, ['other.v1', 'crosspoint.v1']);
    await once(client, 'open');
    expect(client.protocol).toBe('crosspoint.v1');
    client.terminate();
  });

  it('is refused to pages of strangers', async () => {
    server = await startHub({ allowedOrigins: ['https://app.example.org'] });
    expect(await refusalOf({ headers: { origin: 'https://evil.example' } })).toMatch(/^403/);
    await SignalingClient.connect(server.url, { origin: 'https://app.example.org' });
    await SignalingClient.connect(server.url, { origin: `http://127.0.0.1:${server.port}` });
  });

  it('is refused beyond the number of connections, and counts those that ended no longer', async () => {
    server = await startHub({ limits: { maxConnections: 2 } });
    const [first] = [await SignalingClient.connect(server.url), await SignalingClient.connect(server.url)];
    expect(await refusalOf()).toBe('503 The server is full.');
    first.socket.close();
    await first.closed;
    await SignalingClient.connect(server.url);
  });

  it('is refused beyond the number for one address, which a trusted proxy tells', async () => {
    server = await startHub({ trustProxy: true, limits: { maxConnectionsPerAddress: 1 } });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': `10.9.9.9, ${address}` } });
    await SignalingClient.connect(server.url, from('192.0.2.1'));
    expect(await refusalOf(from('192.0.2.1'))).toMatch(/^429/);
    await SignalingClient.connect(server.url, from('192.0.2.2'));
  });
});

describe('the rate of upgrades', () => {
  it('is bounded for one address, and an IPv6 network counts as one', async () => {
    const limits = { connectionsPerSecondPerAddress: 0.001, connectionBurstPerAddress: 2 };
    server = await startHub({ trustProxy: true, limits });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    await SignalingClient.connect(server.url, from('2001:db8::1'));
    await SignalingClient.connect(server.url, from('2001:db8::2'));
    expect(await refusalOf(from('2001:db8::3'))).toBe('429 Connections from this address come too fast.');
    await SignalingClient.connect(server.url, from('2001:db8:0:1::3'));
    for (let count = 0; count < 3; count += 1) await SignalingClient.connect(server.url);
  });
});

describe('what cannot be handled', () => {
  it.each([
    ['text that is not JSON', 'hello', null, 'malformedMessage'],
    ['a list of requests', '[{"id":1,"method":"ping"}]', null, 'malformedMessage'],
    ['a request with null for an id', '{"id":null,"method":"ping"}', null, 'malformedMessage'],
    ['a request without a method', '{"id":5}', 5, 'malformedMessage'],
    ['an unknown method', '{"id":"a","method":"dance"}', 'a', 'unknownMethod'],
    ['a method of every object', '{"id":2,"method":"toString"}', 2, 'unknownMethod'],
    ['parameters of the wrong kind', '{"id":3,"method":"join","params":[]}', 3, 'invalidParams'],
    ['a request before the join', '{"id":4,"method":"leave"}', 4, 'notJoined'],
    ['a message before the join', '{"id":6,"method":"message","params":{"body":1}}', 6, 'notJoined'],
  ])('%s is answered, and the connection stays', async (_, text, id, code) => {
    server = await startHub();
    const client = await SignalingClient.connect(server.url);
    client.socket.send(text);
    const reply = await client.replyTo(id);
    expect(reply.error?.code).toBe(code);
    await expect(client.request('ping', {})).resolves.toHaveProperty('now');
    expect(client.replies).toHaveLength(2);
  });

  it('names what is wrong with parameters', async () => {
    server = await startHub();
    const client = await SignalingClient.connect(server.url);
    const { error } = await client.replyTo(client.send('join', { room: 5, metadata: { a: 1 } }));
    expect(error?.data).toEqual({
      problems: [
        { path: 'room', message: expect.stringContaining('expected string') },
        { path: 'metadata.a', message: expect.stringContaining('expected string') },
      ],
    });
  });

  it.each(['offer', 'answer', 'restartIce', 'mute', 'unpublish', 'subscribe', 'unsubscribe'])(
    'on a server without an SFU %s is refused',
    async (method) => {
      server = await startHub();
      const client = await SignalingClient.join(server.url, { room: 'tea' });
      const params = { connection: 'subscribe', negotiation: 1, sdp: 'v=0', track: 't', muted: true, tracks: [] };
      const offer = method === 'offer' ? { connection: 'publish' } : {};
      const { error } = await client.replyTo(client.send(method, { ...params, ...offer }));
      expect(error?.code).toBe('mediaUnavailable');
    },
  );
});

describe('what ends the connection', () => {
  async function expectEnd(client: SignalingClient, code: keyof typeof errorCodes) {
    const definition: ErrorDefinition = errorCodes[code];
    expect(await client.closed).toEqual({ code: definition.closeCode, reason: code });
    expect(client.events.at(-1)).toMatchObject({
      method: 'disconnect',
      params: { code, action: definition.action },
      seq: 0,
    });
  }

  it('binary frames', async () => {
    server = await startHub();
    const client = await SignalingClient.join(server.url, { room: 'tea' });
    client.socket.send(Buffer.from('{"id":1,"method":"ping"}'));
    await expectEnd(client, 'protocolError');
    expect(server.hub.counts().sessions).toBe(0);
  });

  it('frames beyond the size', async () => {
    server = await startHub({ limits: { maxFrameBytes: 1_000 } });
    const [alice, bob] = [
      await SignalingClient.join(server.url, { room: 'tea' }),
      await SignalingClient.join(server.url, { room: 'tea' }),
    ];
    alice.socket.send('x'.repeat(1_001));
    await expectEnd(alice, 'frameTooLarge');
    expect(await bob.event('participantLeft')).toMatchObject({ reason: 'removed' });
  });

  it('persistence in spite of the rate limit, after a warning', async () => {
    server = await startHub({ limits: { requestsPerSecond: 1, requestBurst: 5, rateLimitRefusals: 10 } });
    const client = await SignalingClient.connect(server.url);
    const ids = Array.from({ length: 40 }, () => client.send('ping', {}));
    await expectEnd(client, 'rateLimitExceeded');
    const codes = client.replies.map(({ error }) => error?.code ?? 'ok');
    expect(codes).toEqual([...Array(5).fill('ok'), ...Array(10).fill('rateLimited')]);
    expect(client.replies[5]).toMatchObject({ id: ids[5], error: { data: { retryAfterMs: expect.any(Number) } } });
  });

  it('the same over several connections, because the rate is the session’s', async () => {
    server = await startHub({ limits: { requestsPerSecond: 1, requestBurst: 5, rateLimitRefusals: 10 } });
    const first = await SignalingClient.join(server.url, { room: 'tea' });
    for (let count = 0; count < 10; count += 1) first.send('ping', {});
    await expect.poll(() => first.replies.filter(({ error }) => error).length).toBe(6);
    first.cut();
    const { session, resumeToken: token } = first.me;
    const second = await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    for (let count = 0; count < 5; count += 1) second.send('ping', {});
    await expectEnd(second, 'rateLimitExceeded');
    expect(second.replies.filter(({ error }) => error?.code === 'rateLimited')).toHaveLength(4);
  });

  it('not joining in time', async () => {
    server = await startHub({ limits: { joinTimeoutMs: 60, heartbeatIntervalMs: 100 } });
    const [idle, joined] = [await SignalingClient.connect(server.url), await SignalingClient.connect(server.url)];
    await joined.request('join', { room: 'tea' });
    await expectEnd(idle, 'joinTimeout');
    await expect(joined.request('ping', {})).resolves.toHaveProperty('now');
  });

  it('but not changing rooms often, between two looks', async () => {
    server = await startHub({ limits: { ...anyRate, joinTimeoutMs: 800, heartbeatIntervalMs: 1_000 } });
    const client = await SignalingClient.connect(server.url);
    for (let count = 0; count < 30; count += 1) {
      await client.request('join', { room: 'tea' });
      await client.request('leave', {});
      await delay(100);
    }
    await expect(client.request('ping', {})).resolves.toHaveProperty('now');
  });

  it('silence: a dead client is found within the timeout, and its session is kept', async () => {
    // Long enough that a machine which does many things at a time does not silence those who answer.
    const heartbeatTimeoutMs = 2_000;
    server = await startHub({ limits: { heartbeatIntervalMs: 200, heartbeatTimeoutMs } });
    const alice = await SignalingClient.join(server.url, { room: 'tea' });
    const dead = await SignalingClient.connect(server.url, { autoPong: false });
    const me = await dead.request('join', { room: 'tea' });
    const since = performance.now();
    await expectEnd(dead, 'heartbeatTimeout');
    const elapsedMs = performance.now() - since;
    expect(elapsedMs).toBeGreaterThan(heartbeatTimeoutMs - 250);
    // It is looked for many times a second; all the rest is a machine that has no time.
    expect(elapsedMs).toBeLessThan(heartbeatTimeoutMs * 5);
    await alice.event('participantUpdated', ({ state }) => state === 'reconnecting');
    const again = await SignalingClient.join(server.url, {
      room: 'tea',
      resume: { session: me.session, token: me.resumeToken, seq: 0 },
    });
    expect(again.me.resumed).toBe(true);
    await expect(alice.request('ping', {})).resolves.toHaveProperty('now');
  });

  it('is not silence where ping requests come instead of WebSocket pongs', async () => {
    server = await startHub({ limits: { heartbeatIntervalMs: 100, heartbeatTimeoutMs: 3_000 } });
    const client = await SignalingClient.connect(server.url, { autoPong: false });
    await client.request('join', { room: 'tea' });
    for (let count = 0; count < 8; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await client.request('ping', {});
    }
    expect(client.events).toEqual([]);
  });

  it('frames that break the WebSocket protocol', async () => {
    server = await startHub();
    const bob = await SignalingClient.join(server.url, { room: 'tea' });
    const socket = connect(server.port, '127.0.0.1');
    const key = Buffer.alloc(16).toString('base64');
    socket.write(
      `GET /signaling HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: crosspoint.v1\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    const said = Buffer.concat(chunks);
    const lastWord = said.subarray(4, 4 + said.readUInt16BE(2)).toString();
    expect(JSON.parse(lastWord)).toMatchObject({ params: { code: 'protocolError', action: 'giveUp' }, seq: 0 });
    const closeFrame = said.subarray(4 + said.readUInt16BE(2));
    expect([closeFrame[0], closeFrame.readUInt16BE(2)]).toEqual([0x88, 1002]);
    await expect(bob.request('ping', {})).resolves.toHaveProperty('now');
  });
});

describe('a client that does not read', () => {
  it('is cut with a bounded queue, without hurting the others, and may resume', { timeout: 60_000 }, async () => {
    const maxSendQueueBytes = 200_000;
    server = await startHub({
      limits: { ...anyRate, maxSendQueueBytes, replayBytes: 1e8, replayEvents: 1e5 },
    });
    const [sender, reader, slow] = [
      await SignalingClient.join(server.url, { room: 'tea' }),
      await SignalingClient.join(server.url, { room: 'tea' }),
      await SignalingClient.join(server.url, { room: 'tea' }),
    ];
    slow.socket.pause();
    let highest = 0;
    const body = 'x'.repeat(20_000);
    let sent = 0;
    const reconnecting = () =>
      reader.events.some(({ params }) => (params as { state?: string }).state === 'reconnecting');
    while (!reconnecting()) {
      await sender.request('message', { type: `${sent}`, body });
      sent += 1;
      highest = Math.max(highest, server.hub.counts().queuedBytes);
      expect(sent).toBeLessThan(5_000);
    }
    expect(highest).toBeLessThan(maxSendQueueBytes + 100_000);
    await reader.event('message', ({ type }) => type === `${sent - 1}`);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 4413, reason: 'slowConsumer' });
    expect(slow.events.pop()).toMatchObject({
      method: 'disconnect',
      params: { code: 'slowConsumer', action: 'resume' },
    });
    const { events } = slow;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const { session, resumeToken: token } = slow.me;
    const again = await SignalingClient.join(server.url, {
      room: 'tea',
      resume: { session, token, seq: events.length },
    });
    await again.event('message', ({ type }) => type === `${sent - 1}`);
    const all = [...events, ...again.events].flatMap(({ method, params }) =>
      method === 'message' ? [Number((params as { type: string }).type)] : [],
    );
    expect(all).toEqual(Array.from({ length: sent }, (_, index) => index));
  });
});
