import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ErrorDefinition, errorCodes, isErrorCode } from '../../src/protocol/error-codes.ts';
import { events } from '../../src/protocol/events.ts';
import type { Sfu } from '../../src/sfu/types.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { HubCounters } from '../../src/shared/tally.ts';
import { answerTo, fixture, settled, startSfu } from '../integration/sfu/support.ts';
import { SignalingClient } from '../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../support/test-hub.ts';
import { Random } from './support/random.ts';
import { SdpMaker } from './support/sdp-maker.ts';

/** Each costs about as much as thirty of the messages that never reach a media worker. */
const total = Number(process.env.CROSSPOINT_FUZZ_MESSAGES ?? 210_000) / 30;
const seed = Number(process.env.CROSSPOINT_FUZZ_SEED ?? Date.now() % 1_000_000);
/** Messages that a client sends before it looks at the replies. */
const batch = 20;
const lanes = 4;
const rooms = ['tea', 'coffee'] as const;
const nothing = { rooms: 0, routers: 0, sessions: 0, transports: 0, producers: 0, consumers: 0 };
const oddSizes = [0, 1, 180, 720, 1e9, -1, 0.5] as const;

const documentedCloseCodes = Object.values<ErrorDefinition>(errorCodes).flatMap(({ closeCode }) => closeCode ?? []);

let sfu: Sfu;
let server: TestHub;
let workers: number[];
const counters = new HubCounters();

beforeAll(async () => {
  sfu = await startSfu();
  workers = sfu.workerPids();
  server = await startHub({ sfu, counters, logger: createLogger('error'), limits: { ...anyRate, graceMs: 300 } });
});

afterAll(async () => {
  await server.close();
  await sfu.close();
});

/** Somebody who says anything about media: descriptions, tracks, sizes, restarts, in any order. */
class Tormentor {
  readonly client: SignalingClient;
  readonly #random: Random;
  readonly #sdp: SdpMaker;
  #isAway = false;

  private constructor(client: SignalingClient, random: Random) {
    this.client = client;
    this.#random = random;
    this.#sdp = new SdpMaker(random);
  }

  static async join(random: Random): Promise<Tormentor> {
    const client = await SignalingClient.join(server.url, { room: random.pick(rooms), subscribe: 'auto' });
    return new Tormentor(client, random);
  }

  /** Sends a batch and wants every message answered once; false when the connection has ended instead. */
  async torment(size: number): Promise<boolean> {
    const { client } = this;
    client.replies.length = client.frames.length = 0;
    const ids = new Set(Array.from({ length: size }, () => this.#say()));
    const mark = client.send('ping', {});
    const ended = await Promise.race([client.replyTo(mark).then(() => undefined), client.closed]);
    if (ended) {
      expect(documentedCloseCodes).toContain(ended.code);
      return false;
    }
    for (const id of ids) await client.replyTo(id);
    expect(client.replies).toHaveLength(size + 1);
    for (const { error } of client.replies) if (error) expect(error.code).toSatisfy(isErrorCode);
    client.events.splice(0, Math.max(0, client.events.length - 50));
    return true;
  }

  #say(): number {
    const random = this.#random;
    if (this.#isAway && random.chance(0.5)) return this.#join();
    const kind = random.below(100);
    if (kind < 35) return this.#offer();
    if (kind < 60) return this.#answer();
    const { client } = this;
    const track = this.#track();
    const [width, height] = [random.pick(oddSizes), random.pick(oddSizes)];
    if (kind < 70) return client.send('subscribe', { tracks: [{ track, width, height, paused: random.chance(0.2) }] });
    if (kind < 74) return client.send('unsubscribe', { tracks: [track, this.#track()] });
    if (kind < 80) return client.send('mute', { track, muted: random.chance(0.5) });
    if (kind < 86) return client.send('unpublish', { track });
    if (kind < 96) return client.send('restartIce', { connection: this.#connection(), fresh: random.chance(0.3) });
    if (kind < 99) return this.#join();
    this.#isAway = true;
    return client.send('leave', {});
  }

  #join(): number {
    const subscribe = this.#random.chance(0.8) ? 'auto' : 'manual';
    this.#isAway = false;
    return this.client.send('join', { room: this.#random.pick(rooms), subscribe });
  }

  #connection() {
    return this.#random.pick(['publish', 'subscribe']);
  }

  #offer(): number {
    const random = this.#random;
    const tracks = Array.from({ length: random.below(3) }, () => ({
      mid: String(random.below(4)),
      source: random.pick(['microphone', 'camera', 'screen']),
      muted: random.chance(0.2),
    }));
    return this.client.send('offer', { connection: 'publish', sdp: this.#sdp.offer(), tracks });
  }

  /** To the newest offer, rarely to another. */
  #answer(): number {
    const random = this.#random;
    const newest = this.client.events.findLast(({ method }) => method === 'offer');
    const offer = newest && events.offer.params.parse(newest.params);
    const known = offer && 'connection' in offer ? offer : undefined;
    const negotiation = known && random.chance(0.9) ? known.negotiation : random.below(50);
    const sdp = this.#sdp.answer(known && answerTo(known.sdp));
    return this.client.send('answer', { connection: 'subscribe', negotiation, sdp });
  }

  /** Somebody's track, as the newest events tell, or none. */
  #track(): string {
    const told = this.client.events.filter(({ method }) => method === 'trackPublished' || method === 'offer');
    const texts = JSON.stringify(told.slice(-6).map(({ params }) => params));
    const ids = [...texts.matchAll(/"(?:track|id)":"([^"]+)"/g)].map(([, id = '']) => id);
    return ids[this.#random.below(ids.length)] ?? 'nobody’s';
  }
}

async function lane(index: number): Promise<void> {
  const random = new Random(seed + index);
  let person = await Tormentor.join(random);
  for (let sent = 0; sent < total / lanes; sent += batch) {
    const lives = await person.torment(batch);
    if (lives && random.chance(0.9)) continue;
    if (random.chance(0.5)) person.client.cut();
    else person.client.socket.close(1000);
    await person.client.closed;
    person = await Tormentor.join(random);
  }
  person.client.cut();
  await person.client.closed;
}

describe(`the media side under fuzz (seed ${seed})`, { timeout: Math.max(120_000, total * 30) }, () => {
  it('answers damaged descriptions and requests in any order', async () => {
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
    expect([...counters.errors].filter(([code]) => code === 'internalError')).toEqual([]);
    expect(sfu.workerPids()).toEqual(workers);
    const kinds = Object.fromEntries([...counters.errors].toSorted());
    console.log(`${Math.ceil(total)} messages; refusals: ${JSON.stringify(kinds)}`);
  });

  it('lets a newcomer publish afterwards, and leaves nothing behind', async () => {
    const client = await SignalingClient.join(server.url, { room: 'alive' });
    const sdp = await fixture('chromium', 'publish.microphone-camera.only.offer');
    const { tracks } = await client.request('offer', { connection: 'publish', sdp, tracks: [] });
    expect(tracks).toHaveLength(2);
    client.socket.close(1000);
    await client.closed;
    await expect.poll(() => server.hub.counts().sessions, { timeout: 10_000 }).toBe(0);
    expect(await settled(sfu, nothing)).toMatchObject(nothing);
  });
});
