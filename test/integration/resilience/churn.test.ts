import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events } from '../../../src/protocol/events.ts';
import type { Sfu } from '../../../src/sfu/types.ts';
import { Random } from '../../fuzz/support/random.ts';
import { memoryUsed } from '../../support/memory-used.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';
import { answerTo, fixture, settled, startSfu } from '../sfu/support.ts';
import { MediaVisitor, MediaVisitors } from './support/media-visitor.ts';

const joins = 20_000;
const seed = Number(process.env.CROSSPOINT_SEED ?? Date.now() % 1_000_000);
/** Clients that come and go at the same time. */
const crowd = 50;
const rooms = Array.from({ length: 20 }, (_, index) => `room ${index}`);
/** Of so many visitors one has media that flow, and another descriptions of a browser that never sends anything. */
const mediaEvery = 10;
/** Joins before the base is taken: caches, pools and compiled code are there by then. */
const warmUp = 2_000;
/** What a leak of half a kilobyte a join would add, and more than a heap at rest differs by. */
const growthBytes = 10_000_000;

const nothing = { rooms: 0, routers: 0, sessions: 0, transports: 0, producers: 0, consumers: 0 };
const empty = { connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 };

let sfu: Sfu;
let server: TestHub;
let offer: string;
let visitors: MediaVisitors;

beforeEach(async () => {
  visitors = await MediaVisitors.create();
  sfu = await startSfu();
  server = await startHub({ sfu, limits: { ...anyRate, graceMs: 5_000 } });
  offer = await fixture('chromium', 'publish.microphone-camera.only.offer');
});

afterEach(async () => {
  await server.close();
  await sfu.close();
});

type Media = 'none' | 'flowing' | 'described';

/** Publishes, and takes what is offered, as far as it gets before the end. Gives what ends the own side of it. */
async function useMedia(client: SignalingClient, media: Media): Promise<() => void> {
  if (media === 'flowing') {
    const visitor = new MediaVisitor({ client, visitors, video: true });
    await Promise.all([visitor.publish(), visitor.hear()]);
    return () => visitor.close();
  }
  if (media === 'described') await describeMedia(client);
  return () => undefined;
}

/** Says what a browser would, and sends nothing. */
async function describeMedia(client: SignalingClient): Promise<void> {
  await client.request('offer', { connection: 'publish', sdp: offer, tracks: [] });
  for (const { method, params } of client.events) {
    if (method !== 'offer') continue;
    const offered = events.offer.params.parse(params);
    if (!('connection' in offered)) continue;
    const { connection, negotiation, sdp } = offered;
    client.send('answer', { connection, negotiation, sdp: answerTo(sdp) });
  }
}

/** One visit, which ends politely, by a close, by a cut, by a cut with requests under way, or by a cut and a return. */
async function visit(random: Random, media: Media): Promise<void> {
  const room = rooms[random.below(rooms.length)] ?? '';
  const subscribe = media === 'none' ? 'manual' : 'auto';
  const client = await SignalingClient.join(server.url, { room, subscribe });
  const endMedia = await useMedia(client, media);
  const end = random.below(100);
  if (end < 40) await client.request('leave', {});
  if (end < 60) client.socket.close(1000);
  else if (end < 75) client.cut();
  else if (end < 90) {
    client.send('message', { body: 'last words' });
    if (media !== 'none') client.send('offer', { connection: 'publish', sdp: offer, tracks: [] });
    client.cut();
  } else {
    client.cut();
    await comeBack(client, room);
  }
  endMedia();
  await client.closed;
}

async function comeBack({ me }: Awaited<ReturnType<typeof SignalingClient.join>>, room: string): Promise<void> {
  const again = await SignalingClient.connect(server.url);
  const resume = { session: me.session, token: me.resumeToken, seq: 0 };
  await again.request('join', { room, resume });
  again.socket.close(1000);
  await again.closed;
}

/** Speaks in a room for as long as the others come and go. Gives what ends it. */
async function host(room: string): Promise<() => Promise<void>> {
  const client = await SignalingClient.join(server.url, { room, subscribe: 'manual' });
  const visitor = new MediaVisitor({ client, visitors, video: false });
  await visitor.publish();
  return async () => {
    visitor.close();
    await client.request('leave', {});
    client.socket.close(1000);
    await client.closed;
  };
}

/** Lets a crowd come and go until there were so many joins. */
async function churn(count: number, random: Random): Promise<void> {
  const endHosts = await Promise.all(rooms.map(host));
  let begun = 0;
  const member = async () => {
    while (begun < count) {
      begun += 1;
      await visit(random, mediaOf(begun));
    }
  };
  await Promise.all(Array.from({ length: crowd }, member));
  await Promise.all(endHosts.map((end) => end()));
}

function mediaOf(number: number): Media {
  if (number % mediaEvery === 0) return 'flowing';
  return number % mediaEvery === mediaEvery / 2 ? 'described' : 'none';
}

/** Open connections of this process, on both sides. */
const sockets = () => process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length;

/** Open sockets, the listening one included, and timers of this process, server and clients alike. */
const handles = () => process.getActiveResourcesInfo().filter((type) => /TCP|UDP|Timeout/.test(type)).length;

/** Bytes of the media workers that are in memory. */
async function workerMemory(): Promise<number> {
  const statuses = await Promise.all(sfu.workerPids().map((pid) => readFile(`/proc/${pid}/status`, 'utf8')));
  return statuses.reduce((sum, status) => sum + Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024, 0);
}

/** Waits until everything has ended that ends by itself, and tells what is there then. */
async function rest(): Promise<{ memory: number; workerMemory: number; handles: number }> {
  await expect.poll(() => server.hub.counts(), { timeout: 15_000 }).toEqual(empty);
  await expect.poll(sockets, { timeout: 5_000 }).toBe(0);
  expect(await settled(sfu, nothing)).toMatchObject(nothing);
  return { memory: await memoryUsed(), workerMemory: await workerMemory(), handles: handles() };
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
    const workerGrown = after.workerMemory - before.workerMemory;
    const { connected, heard, failures } = visitors.tally;
    console.log(
      `${joins} joins in ${tookSeconds} s; media flowed from ${connected} and to ${heard}; ` +
        `${before.memory} bytes in use grew by ${grown}, ${before.workerMemory} of the worker by ${workerGrown}`,
    );
    expect(failures).toEqual([]);
    // Each of those visitors and, before and during what is measured, the hosts.
    const flowing = (joins + warmUp) / mediaEvery;
    expect(connected).toBe(flowing + 2 * rooms.length);
    expect(heard).toBe(flowing);
    expect(after.handles).toBeLessThanOrEqual(before.handles);
    expect(grown).toBeLessThan(growthBytes);
    expect(workerGrown).toBeLessThan(growthBytes);
  }, 300_000);
});
