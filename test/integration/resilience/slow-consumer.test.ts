import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryUsed } from '../../support/memory-used.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';

const maxSendQueueBytes = 262_144;
/** Enough to fill the queue and whatever the two kernels hold, many times over. */
const text = 'x'.repeat(16_000);
const rounds = 300;
const listeners = 5;

/** How long messages take from one participant to the others, in milliseconds: the 99th percentile. */
async function deliver(server: TestHub, room: string, whileDelivering: () => void = () => {}): Promise<number> {
  const speaker = await SignalingClient.join(server.url, { room });
  const delays: number[] = [];
  const audience = await Promise.all(
    Array.from({ length: listeners }, async () => {
      const listener = await SignalingClient.join(server.url, { room });
      listener.socket.on('message', (data) => {
        const sentAt = /"sentAt":([\d.]+)/.exec(data.toString())?.[1];
        if (sentAt !== undefined) delays.push(performance.now() - Number(sentAt));
      });
      return listener;
    }),
  );
  for (let round = 0; round < rounds; round += 1) {
    await speaker.request('message', { body: { sentAt: performance.now(), text } });
    whileDelivering();
    await delay(2);
  }
  for (const listener of audience) {
    await expect.poll(() => listener.events.filter(({ method }) => method === 'message').length).toBe(rounds);
    listener.socket.close(1000);
    await listener.closed;
    // The memory in question is the server's.
    listener.frames.length = listener.events.length = 0;
  }
  speaker.socket.close(1000);
  await speaker.closed;
  return delays.toSorted((a, b) => a - b)[Math.floor(delays.length * 0.99)] ?? Number.NaN;
}

describe('somebody who does not read', () => {
  it('costs a bounded amount of memory, is cut off, and delays nobody else', async () => {
    const server = await startHub({
      limits: { ...anyRate, maxSendQueueBytes, graceMs: 60_000, replayBytes: 524_288 },
    });
    onTestFinished(() => server.close());
    await deliver(server, 'warm-up');
    const without = await deliver(server, 'calm');
    const before = await memoryUsed();

    const sleeper = await SignalingClient.join(server.url, { room: 'crowded' });
    sleeper.socket.pause();
    let mostQueued = 0;
    const beside = await deliver(server, 'crowded', () => {
      mostQueued = Math.max(mostQueued, server.hub.counts().queuedBytes);
    });
    expect(server.hub.counts()).toMatchObject({ sessions: 1, waitingSessions: 1 });
    const grown = (await memoryUsed()) - before;
    console.log(
      `p99 ${without.toFixed(2)} ms without and ${beside.toFixed(2)} ms beside a slow consumer ` +
        `(ratio ${(beside / without).toFixed(2)}); at most ${mostQueued} bytes queued, memory in use grew by ${grown}`,
    );

    // Beyond the bound of one queue: what the others are just getting.
    expect(mostQueued).toBeLessThan(maxSendQueueBytes + (listeners + 1) * 2 * text.length);
    // What is kept for the resume, and what a heap at rest differs by.
    expect(grown).toBeLessThan(8_000_000);
    // Three times as much would be noise on a busy machine; a room held up by one would wait for seconds.
    expect(beside).toBeLessThan(without * 3 + 50);

    sleeper.socket.resume();
    const { code } = await sleeper.event('disconnect');
    expect(code).toBe('slowConsumer');
    const seen = sleeper.events.filter(({ seq }) => seq > 0).map(({ seq }) => seq);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
  });
});
