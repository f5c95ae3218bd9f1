import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Session } from '../../../src/client/session/session.ts';
import { HubCounters } from '../../../src/shared/tally.ts';
import { Random } from '../../fuzz/support/random.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub } from '../../support/test-hub.ts';
import { UnrulyProxy } from '../../support/unruly-proxy.ts';
import { fixture, startSfu } from '../sfu/support.ts';

/** Connections that break in all; ten times as many in the long mode. */
const cuts = process.env.CROSSPOINT_LONG ? 3_000 : 300;
const patienceMs = cuts * 150;
const seed = Number(process.env.CROSSPOINT_SEED ?? Date.now() % 1_000_000);
/** Far below what the client's queue holds. */
const maxUnanswered = 100;

/** Sections whose tracks were ended carry new ones when they are listed again. */
const listed = [
  { mid: '0', source: 'microphone' },
  { mid: '1', source: 'camera' },
] as const;

/** Counts what leaves, repetitions included. */
let framesSent = 0;
class CountingWebSocket extends WebSocket {
  override send(data: string | Blob | BufferSource): void {
    framesSent += 1;
    super.send(data);
  }
}

/** Asks for things all the time without waiting, over a network that breaks all the time. */
class Actor {
  readonly session: Session;
  /** Numbers of what was answered, in the order of the replies. */
  readonly answered: number[] = [];
  /** Ids of published tracks, by the replies. */
  readonly published: (string | undefined)[] = [];
  readonly failures: unknown[] = [];
  breaks = 0;
  offers = 0;
  #number = 0;
  #unanswered = 0;

  constructor(url: string) {
    this.session = new Session({ url, WebSocket: CountingWebSocket, reconnect: { baseDelayMs: 1, maxDelayMs: 4 } });
    this.session.on('stateChanged', ({ status }, { status: previous }) => {
      if (status === 'reconnecting' && previous === 'joined') this.breaks += 1;
    });
  }

  get asked(): number {
    return this.#number;
  }

  /** Numbers everything it asks for: messages without ids, relayed offers, changes of its own metadata. */
  async talk(to: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await delay(2);
      if (this.#unanswered >= maxUnanswered) continue;
      this.#number += 1;
      void this.#ask(this.#number, to);
    }
    while (this.#unanswered > 0 && this.failures.length === 0) await delay(5);
  }

  /** Publishes, mutes, unmutes and ends tracks over and over, each as soon as the one before is answered. */
  async publish(sdp: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const { tracks = [] } = await this.session.request('offer', { connection: 'publish', sdp, tracks: [...listed] });
      this.offers += 1;
      for (const { track = '' } of tracks) {
        this.published.push(track);
        await this.session.request('mute', { track, muted: true });
        await this.session.request('mute', { track, muted: false });
        await this.session.request('unpublish', { track });
      }
    }
  }

  async #ask(number: number, to: string): Promise<void> {
    this.#unanswered += 1;
    try {
      if (number % 3 === 0) await this.session.request('message', { body: number });
      else if (number % 3 === 1) await this.session.request('offer', { to, sdp: String(number) });
      else await this.session.request('update', { metadata: { number: String(number) } });
      this.answered.push(number);
    } catch (error) {
      this.failures.push(error);
    }
    this.#unanswered -= 1;
  }
}

/** Breaks the network as soon as the actor is there, in one of several ways and after a few requests. */
async function rage(network: UnrulyProxy, actor: Actor, isOver: () => boolean): Promise<void> {
  const random = new Random(seed);
  while (!isOver()) {
    const kind = random.below(10);
    await delay(random.below(30));
    if (kind < 2) network.halfClose(random.pick(['client', 'server']));
    else if (kind < 4) network.delay(20);
    if (kind >= 2) {
      await delay(kind < 4 ? random.below(25) : 0);
      network.cut();
    }
    while (actor.session.state.status !== 'joined' && !isOver()) await delay(1);
  }
}

/** What the actor's requests did, as somebody sees it whose network is good. */
function effectsOn(witness: SignalingClient) {
  const effects = { numbers: [] as number[], published: [] as string[], changes: [] as string[] };
  for (const { method, params } of witness.events as { method: string; params: Record<string, unknown> }[]) {
    const { body, sdp, metadata, track } = params as { body?: number; sdp?: string; metadata?: { number?: string } } & {
      track?: string | { id: string };
    };
    if (method === 'message') effects.numbers.push(Number(body));
    if (method === 'offer') effects.numbers.push(Number(sdp));
    if (method === 'participantUpdated' && metadata) effects.numbers.push(Number(metadata.number));
    if (method === 'trackPublished' && typeof track === 'object') effects.published.push(track.id);
    if (method === 'trackUpdated') effects.changes.push(`${track} ${params.muted ? 'muted' : 'unmuted'}`);
    if (method === 'trackUnpublished') effects.changes.push(`${track} ended`);
  }
  return effects;
}

describe('requests over a network that breaks again and again', () => {
  it(
    `are each carried out exactly once and answered in order, in ${cuts} cuts (seed ${seed})`,
    async () => {
      const sfu = await startSfu();
      onTestFinished(() => sfu.close());
      const counters = new HubCounters();
      const server = await startHub({ sfu, counters, limits: { ...anyRate, graceMs: 20_000 } });
      onTestFinished(() => server.close());
      await using network = await UnrulyProxy.start(server.url);
      const witness = await SignalingClient.join(server.url, { room: 'tea', subscribe: 'manual' });
      const actor = new Actor(network.url);
      onTestFinished(() => actor.session.leave());
      await actor.session.open({ room: 'tea', subscribe: 'manual' });

      const untilMs = Date.now() + patienceMs;
      const isOver = () => actor.breaks >= cuts || Date.now() > untilMs || actor.failures.length > 0;
      const sdp = await fixture('chromium', 'publish.microphone-camera.only.offer');
      const { id } = witness.me.participant;
      await Promise.all([actor.talk(id, isOver), actor.publish(sdp, isOver), rage(network, actor, isOver)]);
      await witness.request('ping', {});

      const { asked, published, breaks } = actor;
      const { numbers, ...effects } = effectsOn(witness);
      const all = Array.from({ length: asked }, (_, index) => index + 1);
      expect(actor.failures).toEqual([]);
      expect(actor.answered).toEqual(all);
      expect(numbers).toEqual(all);
      expect(effects.published).toEqual(published);
      expect(effects.changes).toEqual(
        published.flatMap((track) => [`${track} muted`, `${track} unmuted`, `${track} ended`]),
      );

      // The hub has handled each once, although many came twice.
      const handled = new Map(counters.requests);
      const expected = asked + actor.offers + published.length * 3;
      const kinds = ['message', 'offer', 'update', 'mute', 'unpublish'];
      expect(kinds.reduce((sum, kind) => sum + (handled.get(kind) ?? 0), 0)).toBe(expected);
      const joins = handled.get('join') ?? 0;
      const repeated = framesSent - (joins - 1) - expected;
      console.log(`${breaks} cuts; ${asked} requests and ${published.length} tracks; ${repeated} repetitions`);
      expect(breaks).toBeGreaterThanOrEqual(cuts);
      expect(repeated).toBeGreaterThan(cuts);
    },
    patienceMs + 30_000,
  );
});
