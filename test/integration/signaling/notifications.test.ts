import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

beforeEach(async () => {
  server = await startHub({ limits: { requestsPerSecond: 1, requestBurst: 20 } });
});

afterEach(async () => {
  await server.close();
});

const join = (name: string) => SignalingClient.join(server.url, { room: 'tea', name });

describe('requests without an id', () => {
  it('are carried out like any other, in order with them, and get no reply', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    alice.notify('message', { body: 1 });
    alice.notify('update', { name: 'Al' });
    await alice.request('message', { body: 2 });
    await bob.event('message', ({ body }) => body === 2);
    expect(bob.events.map(({ method }) => method)).toEqual(['message', 'participantUpdated', 'message']);
    expect(alice.replies.map(({ result }) => Object.keys(result ?? {}))).toEqual([
      expect.arrayContaining(['session']),
      ['recipients', 'status'],
    ]);
  });

  it('may stand right behind the join', async () => {
    const bob = await join('Bob');
    const alice = await SignalingClient.connect(server.url);
    alice.send('join', { room: 'tea' });
    alice.notify('message', { body: 'at once' });
    expect(await bob.event('message')).toMatchObject({ body: 'at once' });
  });

  it('relay negotiation', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    alice.notify('candidate', { to: bob.me.participant.id, candidate: { candidate: 'c' } });
    expect(await bob.event('candidate')).toMatchObject({ from: alice.me.participant.id });
    await alice.request('ping', {});
    expect(alice.replies).toHaveLength(2);
  });

  it.each([
    ['a method that there is not', 'dance', {}, { code: 'unknownMethod' }],
    [
      'bad parameters',
      'message',
      { type: 1, body: 1 },
      { code: 'invalidParams', data: { problems: [{ path: 'type' }] } },
    ],
    ['a handler that refuses', 'candidate', { to: 'x', candidate: { candidate: '' } }, { code: 'participantNotFound' }],
    ['a handler that refuses later', 'mute', { track: 't', muted: true }, { code: 'mediaUnavailable' }],
  ])('are answered when they fail, with the method’s name: %s', async (_, method, params, error) => {
    const alice = await join('Alice');
    alice.notify(method, params);
    expect(await alice.replyTo(null)).toMatchObject({ id: null, error: { ...error, method } });
  });

  it('need a join before them', async () => {
    const stranger = await SignalingClient.connect(server.url);
    stranger.notify('message', { body: 1 });
    expect((await stranger.replyTo(null)).error).toMatchObject({ code: 'notJoined', method: 'message' });
  });

  it('cannot be a join, whose reply is needed', async () => {
    const stranger = await SignalingClient.connect(server.url);
    stranger.notify('join', { room: 'tea' });
    expect((await stranger.replyTo(null)).error).toMatchObject({ code: 'malformedMessage', method: 'join' });
    await expect(stranger.request('join', { room: 'tea' })).resolves.toHaveProperty('session');
  });

  it('count against the rate', async () => {
    const alice = await join('Alice');
    for (let count = 0; count < 20; count += 1) alice.notify('ping', {});
    expect((await alice.replyTo(null)).error).toMatchObject({
      code: 'rateLimited',
      method: 'ping',
      data: { retryAfterMs: expect.any(Number) },
    });
  });

  it('may be the last: a leave', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    alice.notify('leave', {});
    expect(await bob.event('participantLeft')).toMatchObject({ reason: 'left' });
  });
});
