import { describe, expect, it } from 'vitest';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub } from '../../support/test-hub.ts';

const longMs = 60_000;

describe('a drain', () => {
  it('refuses new rooms, says when to ask again, and keeps open ones open to newcomers and to resumes', async () => {
    await using server = await startHub();
    const alice = await SignalingClient.join(server.url, { room: 'tea', name: 'Alice' });
    void server.hub.drain(longMs);
    expect(server.hub.draining).toBe(true);
    const stranger = await SignalingClient.connect(server.url);
    await expect(stranger.request('join', { room: 'coffee' })).rejects.toMatchObject({
      code: 'serverDraining',
      data: { retryAfterMs: 5_000 },
    });
    await expect(stranger.request('join', { room: 'tea' })).resolves.toMatchObject({
      participants: [{ name: 'Alice' }],
    });
    alice.cut();
    const { session, resumeToken: token } = alice.me;
    const again = await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    expect(again.me.resumed).toBe(true);
  });

  it('tells everyone the same deadline exactly once: those present, those away and those who come later', async () => {
    await using server = await startHub();
    const [alice, bob] = [
      await SignalingClient.join(server.url, { room: 'tea' }),
      await SignalingClient.join(server.url, { room: 'tea' }),
    ];
    bob.cut();
    await alice.event('participantUpdated', ({ state }) => state === 'reconnecting');
    const before = Date.now();
    void server.hub.drain(longMs);
    const { deadline } = await alice.event('draining');
    expect(deadline).toBeGreaterThanOrEqual(before + longMs);
    expect(deadline).toBeLessThanOrEqual(Date.now() + longMs);
    const { session, resumeToken: token } = bob.me;
    const again = await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    const late = await SignalingClient.join(server.url, { room: 'tea' });
    for (const client of [again, late]) expect(await client.event('draining')).toEqual({ deadline });
    for (const client of [alice, again, late]) {
      await client.request('ping', {});
      expect(client.events.filter(({ method }) => method === 'draining')).toHaveLength(1);
    }
  });

  it('is over as soon as the last call is', async () => {
    await using server = await startHub();
    const [alice, bob] = [
      await SignalingClient.join(server.url, { room: 'tea' }),
      await SignalingClient.join(server.url, { room: 'coffee' }),
    ];
    let over = false;
    const drained = server.hub.drain(longMs).then(() => {
      over = true;
    });
    await alice.request('leave', {});
    expect(over).toBe(false);
    await bob.request('leave', {});
    await drained;
    expect(server.hub.counts()).toMatchObject({ sessions: 0, rooms: 0 });
  });

  it('ends at its deadline although somebody is still there, and the hub then says goodbye', async () => {
    const server = await startHub();
    const alice = await SignalingClient.join(server.url, { room: 'tea' });
    await server.hub.drain(50);
    expect(server.hub.counts().sessions).toBe(1);
    await server.close();
    expect(await alice.event('disconnect')).toMatchObject({ code: 'serverShutdown', action: 'rejoin' });
  });

  it('ends when the hub is closed meanwhile', async () => {
    const server = await startHub();
    await SignalingClient.join(server.url, { room: 'tea' });
    const drained = server.hub.drain(longMs);
    await server.close();
    await drained;
  });

  it('has nothing to wait for in an empty server', async () => {
    await using server = await startHub();
    await server.hub.drain(longMs);
  });
});
