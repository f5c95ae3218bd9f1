import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryUsed } from '../../support/memory-used.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';
import { compareTails, type Pair, quantile } from './support/paired-tails.ts';

const maxSendQueueBytes = 262_144;
const replayBytes = 524_288;
/** Enough to fill the queue and whatever the two kernels hold, several times over. */
const text = 'x'.repeat(40_000);
const rounds = 400;
const listeners = 5;
/** Less than a hundredth of what a person notices. */
const negligibleMs = 1;
/** Of messages: the usual one, the late, and the latest. */
const shares = [0.5, 0.95, 0.99];

/** Somebody who speaks, and those who listen. */
class Audience {
  readonly #speaker: SignalingClient;
  readonly #listeners: readonly SignalingClient[];

  private constructor(speaker: SignalingClient, audience: readonly SignalingClient[]) {
    this.#speaker = speaker;
    this.#listeners = audience;
  }

  static async gather({ url }: TestHub, room: string): Promise<Audience> {
    const speaker = await SignalingClient.join(url, { room });
    const audience = Array.from({ length: listeners }, () => SignalingClient.join(url, { room }));
    return new Audience(speaker, await Promise.all(audience));
  }

  /** Says something, and gives the times in milliseconds after which each listener had it. */
  async speak(round: number): Promise<number[]> {
    const arrivals = this.#listeners.map((listener) => arrivalOf(listener, `"round":${round},`));
    const sentMs = performance.now();
    await this.#speaker.request('message', { body: { round, text } });
    const times = await Promise.all(arrivals);
    // The memory in question is the server's.
    for (const client of [this.#speaker, ...this.#listeners]) {
      client.frames.length = client.events.length = client.replies.length = 0;
    }
    return times.map((arrivedMs) => arrivedMs - sentMs);
  }

  async leave(): Promise<void> {
    for (const client of [this.#speaker, ...this.#listeners]) {
      client.socket.close(1000);
      await client.closed;
    }
  }
}

function arrivalOf({ socket }: SignalingClient, mark: string): Promise<number> {
  return new Promise((resolve) => {
    const look = (data: unknown) => {
      const arrivedMs = performance.now();
      if (!String(data).includes(mark)) return;
      socket.off('message', look);
      resolve(arrivedMs);
    };
    socket.on('message', look);
  });
}

async function fallAsleep({ url }: TestHub, room: string): Promise<SignalingClient> {
  const sleeper = await SignalingClient.join(url, { room });
  sleeper.socket.pause();
  return sleeper;
}

function inWords({ share, difference, noise }: { share: number; difference: number; noise: number }): string {
  return `p${share * 100} ${difference.toFixed(3)} ms more (noise ${noise.toFixed(3)})`;
}

describe('somebody who does not read', () => {
  it('costs a bounded amount of memory, is cut off, and delays nobody else', { timeout: 120_000 }, async () => {
    // Who was cut off gets the time to read what was queued, and the last word.
    const patience = { graceMs: 600_000, closeTimeoutMs: 60_000 };
    const server = await startHub({ limits: { ...anyRate, ...patience, maxSendQueueBytes, replayBytes } });
    onTestFinished(() => server.close());
    const [calm, crowded] = [await Audience.gather(server, 'calm'), await Audience.gather(server, 'crowded')];
    for (let round = 0; round < 100; round += 1) {
      await calm.speak(round);
      await crowded.speak(round);
    }
    const before = await memoryUsed();

    const sleepers = [await fallAsleep(server, 'crowded')];
    const pairs: Pair[] = [];
    let mostQueued = 0;
    for (let round = 100; round < 100 + rounds; round += 1) {
      // There always is one who does not read: who was cut off is replaced.
      if (server.hub.counts().waitingSessions === sleepers.length) sleepers.push(await fallAsleep(server, 'crowded'));
      const calmFirst = round % 2 === 0;
      const early = calmFirst ? await calm.speak(round) : undefined;
      const beside = await crowded.speak(round);
      mostQueued = Math.max(mostQueued, server.hub.counts().queuedBytes);
      pairs.push({ without: early ?? (await calm.speak(round)), beside });
    }
    const grown = (await memoryUsed()) - before;

    const comparisons = shares.map((share) => ({ share, ...compareTails(pairs, share) }));
    const calmTimes = pairs.flatMap(({ without }) => without);
    console.log(
      `without: median ${quantile(calmTimes, 0.5).toFixed(2)} ms, p99 ${quantile(calmTimes, 0.99).toFixed(2)} ms; ` +
        `beside a slow consumer ${comparisons.map(inWords).join(', ')}; ${sleepers.length} slow ones, ` +
        `at most ${mostQueued} bytes queued, memory in use grew by ${grown}`,
    );
    for (const { difference, noise } of comparisons) expect(difference).toBeLessThan(Math.max(negligibleMs, noise));

    expect(sleepers.length).toBeGreaterThan(2);
    expect(server.hub.counts().waitingSessions).toBeGreaterThanOrEqual(sleepers.length - 1);
    // The bound of each queue, and what the others are just getting.
    expect(mostQueued).toBeLessThan(sleepers.length * maxSendQueueBytes + 2 * listeners * text.length);
    // For each what is kept for the resume, and the queue; and what a heap at rest differs by.
    expect(grown).toBeLessThan(sleepers.length * (replayBytes + maxSendQueueBytes) + 4_000_000);

    for (const sleeper of sleepers) sleeper.socket.resume();
    for (const sleeper of sleepers.slice(0, -1)) {
      expect((await sleeper.event('disconnect')).code).toBe('slowConsumer');
      const seen = sleeper.events.filter(({ seq }) => seq > 0).map(({ seq }) => seq);
      expect(seen.length).toBeGreaterThan(5);
      expect(seen).toEqual(seen.map((_, index) => index + 1));
    }
    sleepers.at(-1)?.cut();
    await expect.poll(() => server.hub.counts().queuedBytes).toBe(0);
    await Promise.all([calm.leave(), crowded.leave()]);
  });
});

describe('the comparison', () => {
  const pairsOf = (slowed: (round: number) => number): Pair[] =>
    Array.from({ length: rounds }, (_, round) => {
      // A machine that is busy now and then, which concerns both.
      const times = () => Array.from({ length: listeners }, () => 1 + Math.random() + (round % 40 === 0 ? 30 : 0));
      return { without: times(), beside: times().map((ms) => ms + slowed(round)) };
    });

  it('finds a delay that concerns one message in ten, and takes a busy machine for noise', () => {
    const isNoise = (pairs: Pair[]) =>
      shares.map((share) => {
        const { difference, noise } = compareTails(pairs, share);
        return difference < Math.max(negligibleMs, noise);
      });
    expect(isNoise(pairsOf((round) => (round % 10 === 1 ? 20 : 0)))).toContain(false);
    expect(isNoise(pairsOf(() => 0))).toEqual([true, true, true]);
  });
});
