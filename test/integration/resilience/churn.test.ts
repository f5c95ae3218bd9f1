import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sfu } from '../../../src/sfu/types.ts';
import { Random } from '../../fuzz/support/random.ts';
import { memoryUsed } from '../../support/memory-used.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';
import { answerTo, fixture, settled, startSfu } from '../sfu/support.ts';

const joins = 20_000;
const seed = Number(process.env.CROSSPOINT_SEED ?? Date.now() % 1_000_000);
/** Clients that come and go at the same time. */
const crowd = 50;
const roomCount = 20;
/** One in so many has media: a publish connection, and those of the others to it. */
const mediaEvery = 50;
/** Joins before the base is taken: caches, pools and compiled code are there by then. */
const warmUp = 2_000;
/** What a leak of half a kilobyte a join would add, and more than a heap at rest differs by. */
const growthBytes = 10_000_000;

const nothing = { rooms: 0, routers: 0, sessions: 0, transports: 0, producers: 0, consumers: 0 };
const empty = { connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 };

let sfu: Sfu;
let server: TestHub;
let offer: string;

beforeAll(async () => {
  sfu = await startSfu();
  server = await startHub({ sfu, limits: { ...anyRate, graceMs: 5_000 } });
  offer = await fixture('chromium', 'publish.microphone-camera.only.offer');
});

afterAll(async () => {
  await server.close();
  await sfu.close();
});

/** Publishes, and takes what is offered, as far as it gets before the end. */
async function useMedia(client: SignalingClient): Promise<void> {
  await client.request('offer', { connection: 'publish', sdp: offer, tracks: [] });
  for (const { params } of client.events.filter(({ method }) => method === 'offer')) {
    if (typeof params !== 'object' || params === null || !('negotiation' in params)) continue;
    const { negotiation, sdp } = params as { negotiation: number; sdp: string };
    client.send('answer', { connection: 'subscribe', negotiation, sdp: answerTo(sdp) });
  }
}

/** One visit, which ends politely, by a close, by a cut, by a cut with requests under way, or by a cut and a return. */
async function visit(random: Random, withMedia: boolean): Promise<void> {
  const room = `room ${random.below(roomCount)}`;
  const client = await SignalingClient.join(server.url, { room, subscribe: withMedia ? 'auto' : 'manual' });
  if (withMedia) await useMedia(client);
  const end = random.below(100);
  if (end < 40) await client.request('leave', {});
  if (end < 60) client.socket.close(1000);
  else if (end < 75) client.cut();
  else if (end < 90) {
    client.send('message', { body: 'last words' });
    if (withMedia) client.send('offer', { connection: 'publish', sdp: offer, tracks: [] });
    client.cut();
  } else {
    client.cut();
    await comeBack(client, room);
  }
  await client.closed;
}

async function comeBack({ me }: Awaited<ReturnType<typeof SignalingClient.join>>, room: string): Promise<void> {
  const again = await SignalingClient.connect(server.url);
  const resume = { session: me.session, token: me.resumeToken, seq: 0 };
  await again.request('join', { room, resume });
  again.socket.close(1000);
  await again.closed;
}

/** Lets a crowd come and go until there were so many joins. */
async function churn(count: number, random: Random): Promise<void> {
  let begun = 0;
  const member = async () => {
    while (begun < count) {
      begun += 1;
      await visit(random, begun % mediaEvery === 0);
    }
  };
  await Promise.all(Array.from({ length: crowd }, member));
}

/** Open connections of this process, on both sides. */
const sockets = () => process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length;

/** Open sockets, the listening one and timers of this process, server and clients alike. */
const handles = () => process.getActiveResourcesInfo().filter((type) => /TCP|Timeout/.test(type)).length;

/** Waits until everything has ended that ends by itself, and tells what is there then. */
async function rest(): Promise<{ memory: number; handles: number }> {
  await expect.poll(() => server.hub.counts(), { timeout: 15_000 }).toEqual(empty);
  await expect.poll(sockets, { timeout: 5_000 }).toBe(0);
  expect(await settled(sfu, nothing)).toMatchObject(nothing);
  return { memory: await memoryUsed(), handles: handles() };
}

describe(`${joins} joins and leaves, many of them abrupt`, () => {
  it(`leave heap, handles and media objects as they were (seed ${seed})`, async () => {
    const random = new Random(seed);
    await churn(warmUp, random);
    const before = await rest();
    const startedAt = performance.now();
    await churn(joins, random);
    const tookSeconds = Math.round((performance.now() - startedAt) / 1000);
    const after = await rest();
    const grown = after.memory - before.memory;
    console.log(`${joins} joins in ${tookSeconds} s; ${before.memory} bytes in use grew by ${grown}`);
    expect(after.handles).toBeLessThanOrEqual(before.handles);
    expect(grown).toBeLessThan(growthBytes);
  }, 180_000);
});
