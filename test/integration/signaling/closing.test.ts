import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub } from '../../support/test-hub.ts';

/** What keeps the event loop alive, without what the test runner has open anyway. */
const resources = () => process.getActiveResourcesInfo().filter((type) => /Timeout|TCP|TLS/.test(type)).length;

describe('closing', () => {
  it('tells everyone to rejoin, each after a time of its own', async () => {
    const server = await startHub({ limits: { shutdownRetryMs: 500 } });
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => SignalingClient.join(server.url, { room: 'tea' })),
    );
    await server.close();
    const delays = new Set<number | undefined>();
    for (const client of clients) {
      const farewell = await client.event('disconnect');
      expect(farewell).toMatchObject({ code: 'serverShutdown', action: 'rejoin' });
      expect(await client.closed).toEqual({ code: 4503, reason: 'serverShutdown' });
      expect(client.events.map(({ method }) => method)).not.toContain('participantLeft');
      delays.add(farewell.retryAfterMs);
    }
    expect(Math.max(...[...delays].map(Number))).toBeLessThanOrEqual(500);
    expect(delays.size).toBeGreaterThan(5);
  });

  it('sends what was queued before the farewell', async () => {
    const server = await startHub();
    const [alice, bob] = [
      await SignalingClient.join(server.url, { room: 'tea' }),
      await SignalingClient.join(server.url, { room: 'tea' }),
    ];
    const reply = alice.replyTo(alice.send('message', { body: 'last words' }));
    await reply;
    await server.close();
    await bob.closed;
    expect(bob.events.map(({ method }) => method)).toEqual(['message', 'disconnect']);
  });

  it('waits for nobody who does not answer, refuses newcomers, and can be asked for twice', async () => {
    const server = await startHub({ limits: { closeTimeoutMs: 100 } });
    const dead = await SignalingClient.join(server.url, { room: 'tea' });
    dead.socket.pause();
    const closed = server.hub.close();
    const late = new SignalingClient(server.url);
    const [, response] = await once(late.socket, 'unexpected-response');
    expect(response.statusCode).toBe(503);
    response.resume();
    await Promise.all([closed, server.hub.close(), server.close()]);
    expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
    dead.cut();
  });

  it('leaves no timer, socket or listener, whatever state the sessions were in', async () => {
    const before = resources();
    const server = await startHub();
    const clients = await Promise.all(
      Array.from({ length: 12 }, (_, index) => SignalingClient.join(server.url, { room: `room ${index % 3}` })),
    );
    await SignalingClient.connect(server.url);
    const raw = connect(server.port, '127.0.0.1');
    await once(raw, 'connect');
    for (const client of clients.slice(0, 4)) client.cut();
    for (const client of clients.slice(4, 8)) await client.request('leave', {});
    await expect.poll(() => server.hub.counts().waitingSessions).toBe(4);
    raw.destroy();
    await server.close();
    await Promise.all(clients.map((client) => client.closed));
    await expect.poll(resources).toBeLessThanOrEqual(before);
  });
});
