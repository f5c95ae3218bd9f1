import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

beforeEach(async () => {
  server = await startHub({ limits: { maxMessageBytes: 1_000, messagesPerSecond: 1, messageBurst: 20 } });
});

afterEach(async () => {
  await server.close();
});

const join = (name: string) => SignalingClient.join(server.url, { room: 'tea', name });

describe('messages', () => {
  it('reach everyone else, or one alone', async () => {
    const [alice, bob, carol] = [await join('Alice'), await join('Bob'), await join('Carol')];
    expect(await alice.request('message', { type: 'chat', body: { text: 'hello' } })).toMatchObject({ recipients: 2 });
    const to = bob.me.participant.id;
    expect(await alice.request('message', { to, type: 'chat', body: 'psst' })).toMatchObject({ recipients: 1 });
    const from = alice.me.participant.id;
    expect(await bob.event('message')).toMatchObject({ from, type: 'chat', body: { text: 'hello' } });
    expect(await bob.event('message', ({ to: mine }) => mine !== undefined)).toMatchObject({ from, to, body: 'psst' });
    await carol.request('ping', {});
    expect(carol.events).toHaveLength(1);
    expect(alice.events.map(({ method }) => method)).toEqual(['participantJoined', 'participantJoined']);
  });

  it.each([
    ['text', 'x'.repeat(200)],
    ['quotes, ends and keys', `"}},"body":{"to":"${'x'.repeat(100)}"}}`],
    ['other scripts', `茶 ${'😀'.repeat(50)} \u2028`],
    ['half a surrogate pair', `\ud800${'x'.repeat(100)}`],
    ['a tree', { list: [1, null, { deep: [true, 'x'.repeat(100)] }] }],
    ['a number', 1e-7],
    ['null', null],
  ])('carry %s unchanged, wherever the body stands', async (_, body) => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    const params = JSON.stringify(body);
    alice.socket.send(`{"id":1,"method":"message","params":{"type":"t","body":${params}}}`);
    alice.socket.send(`{"params":{"body": ${params} ,"type":"u"},"method":"message","id":2}`);
    expect(await bob.event('message', ({ type }) => type === 't')).toMatchObject({ body });
    expect(await bob.event('message', ({ type }) => type === 'u')).toMatchObject({ body });
  });

  it('are passed on as the sender wrote them', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    const body = `{ "n": 1.0000000000000000001, "pad": "${'x'.repeat(100)}" }`;
    alice.socket.send(`{"id":1,"method":"message","params":{"type":"t","body":${body}}}`);
    await bob.event('message');
    expect(bob.frames.at(-1)).toContain(`"body":${body}}`);
  });

  it('are bounded in size by their bytes', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    const refused = { code: 'messageTooLarge', data: { maxMessageBytes: 1_000 } };
    await expect(alice.request('message', { body: 'x'.repeat(999) })).rejects.toMatchObject(refused);
    await expect(alice.request('message', { body: '茶'.repeat(333) })).rejects.toMatchObject(refused);
    await expect(alice.request('message', { body: 'x'.repeat(998) })).resolves.toMatchObject({ recipients: 1 });
    await bob.event('message');
    expect(bob.events).toHaveLength(1);
  });

  it('are bounded in rate by participant, also over a new connection', async () => {
    const alice = await join('Alice');
    const replies = Array.from({ length: 21 }, () => alice.send('message', { body: 1 }));
    const last = await alice.replyTo(replies.at(-1) ?? 0);
    expect(last.error).toMatchObject({ code: 'rateLimited', data: { retryAfterMs: expect.any(Number) } });
    const { session, resumeToken: token } = alice.me;
    const again = await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    await expect(again.request('message', { body: 1 })).rejects.toMatchObject({ code: 'rateLimited' });
    await expect(again.request('ping', {})).resolves.toHaveProperty('now');
  });

  it('need a body', async () => {
    const alice = await join('Alice');
    const { error } = await alice.replyTo(alice.send('message', { type: 'nothing' }));
    expect(error).toMatchObject({ code: 'invalidParams', data: { problems: [{ path: 'body' }] } });
  });
});

describe('relayed negotiation', () => {
  const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n${'a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n'.repeat(30)}`;

  it('passes offer, answer and candidate on to the one it is for, in order', async () => {
    const [alice, bob, carol] = [await join('Alice'), await join('Bob'), await join('Carol')];
    const to = bob.me.participant.id;
    const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' };
    await alice.request('offer', { to, sdp });
    await alice.request('candidate', { to, candidate });
    await alice.request('candidate', { to, candidate: { candidate: '' } });
    await bob.event('candidate', ({ candidate: value }) => JSON.stringify(value) === '{"candidate":""}');
    const from = alice.me.participant.id;
    expect(bob.events.slice(1).map(({ method, params }) => ({ method, params }))).toEqual([
      { method: 'offer', params: { from, sdp } },
      { method: 'candidate', params: { from, candidate } },
      { method: 'candidate', params: { from, candidate: { candidate: '' } } },
    ]);
    await bob.request('answer', { to: from, sdp });
    expect(await alice.event('answer')).toEqual({ from: to, sdp });
    await carol.request('ping', {});
    expect(carol.events).toEqual([]);
  });

  it.each([
    ['offer', { sdp }],
    ['answer', { sdp }],
    ['candidate', { candidate: { candidate: '' } }],
  ] as const)('refuses an %s to someone who is not there', async (method, params) => {
    const alice = await join('Alice');
    const id = alice.send(method, { to: 'nobody', ...params });
    expect((await alice.replyTo(id)).error?.code).toBe('participantNotFound');
  });
});
