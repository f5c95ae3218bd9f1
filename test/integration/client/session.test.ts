import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import {
  type ClientEvents,
  type ClientOptions,
  CrosspointClient,
  type JoinOptions,
} from '../../../src/client/index.ts';
import { HubCounters } from '../../../src/shared/tally.ts';
import type { HubOptions } from '../../../src/signaling/hub.ts';
import { startHub } from '../../support/test-hub.ts';
import { UnrulyProxy } from '../../support/unruly-proxy.ts';

/** Quick enough for a test; the default waits up to 15 s. */
const reconnect = { baseDelayMs: 20, maxDelayMs: 100 };
const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

async function createHub(limits: Partial<HubOptions['limits']> = {}, counters = new HubCounters()) {
  const hub = await startHub({ limits, counters });
  cleanUp.push(() => hub.close());
  return hub;
}

async function createProxy(target: string) {
  const proxy = await UnrulyProxy.start(target);
  cleanUp.push(() => proxy[Symbol.asyncDispose]());
  return proxy;
}

async function join(url: string, options: Partial<JoinOptions> = {}, more: Partial<ClientOptions> = {}) {
  const client = new CrosspointClient({ url, reconnect, ...more });
  cleanUp.push(() => client.leave());
  await client.join({ room: 'lobby', ...options });
  return client;
}

/** Resolves with the event's arguments the next time it comes and fits. */
function next<Name extends keyof ClientEvents>(
  client: CrosspointClient,
  name: Name,
  fits: (...values: ClientEvents[Name]) => boolean = () => true,
): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    const remove = client.on(name, (...values) => {
      if (!fits(...values)) return;
      remove();
      resolve(values);
    });
  });
}

const rejoined = (client: CrosspointClient) => next(client, 'stateChanged', ({ status }) => status === 'joined');

describe('CrosspointClient with the real hub', () => {
  it.each([
    ['the WebSocket of Node', {}],
    ['the WebSocket of ws', { WebSocket: WsWebSocket }],
  ])('joins, sees others come, change and go, and talks, over %s', async (_, options) => {
    const { url } = await createHub();
    const ann = await join(url, { name: 'Ann', metadata: { colour: 'red' } }, options);
    const joined = next(ann, 'participantJoined');
    const ben = await join(url, { name: 'Ben' }, options);
    const [participant] = await joined;
    expect(participant).toMatchObject({ name: 'Ben', state: 'connected' });
    expect([...ben.participants.values()]).toMatchObject([{ name: 'Ann', metadata: { colour: 'red' } }]);
    const updated = next(ben, 'participantUpdated');
    await ann.update({ name: 'Anna' });
    expect((await updated)[0]).toMatchObject({ name: 'Anna', metadata: { colour: 'red' } });
    const received = next(ann, 'messageReceived');
    await expect(ben.sendMessage({ type: 'chat', body: { text: 'hello ‘Anna’' } })).resolves.toMatchObject({
      recipients: 1,
    });
    expect((await received)[0]).toMatchObject({ from: ben.self?.id, direct: false, body: { text: 'hello ‘Anna’' } });
    const left = next(ann, 'participantLeft');
    await ben.leave();
    expect(await left).toMatchObject([{ name: 'Ben' }, 'left']);
  });

  it('relays peer-to-peer negotiation', async () => {
    const { url } = await createHub();
    const [ann, ben] = [await join(url), await join(url)];
    const [annId, benId] = [ann.self?.id ?? '', ben.self?.id ?? ''];
    const offered = next(ben, 'offerReceived');
    await ann.sendOffer(benId, 'v=0 offer');
    expect(await offered).toEqual([{ from: annId, sdp: 'v=0 offer' }]);
    const answered = next(ann, 'answerReceived');
    await ben.sendAnswer(annId, 'v=0 answer');
    expect(await answered).toEqual([{ from: benId, sdp: 'v=0 answer' }]);
    const trickled = next(ann, 'candidateReceived');
    await ben.sendCandidate(annId, { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' });
    expect((await trickled)[0]).toMatchObject({ from: benId, candidate: { sdpMid: '0' } });
    await expect(ann.sendOffer('nobody', 'x')).rejects.toMatchObject({ code: 'participantNotFound' });
  });

  it('reports refusals with the server’s code', async () => {
    const { url } = await createHub({ maxParticipantsPerRoom: 1 });
    await join(url);
    const late = new CrosspointClient({ url });
    await expect(late.join({ room: 'lobby' })).rejects.toMatchObject({ code: 'roomFull' });
    expect(late.state).toMatchObject({ status: 'disconnected', code: 'roomFull' });
    await expect(late.join({ room: '' })).rejects.toMatchObject({ code: 'invalidParams' });
  });

  it('gets every message exactly once and in order over a connection that is cut again and again', async () => {
    const fast = { messagesPerSecond: 10_000, messageBurst: 10_000, requestsPerSecond: 10_000, requestBurst: 10_000 };
    const { url } = await createHub(fast);
    const proxy = await createProxy(url);
    const listener = await join(proxy.url, { name: 'Listener' });
    const speaker = await join(url, { name: 'Speaker' });
    const heard: unknown[] = [];
    listener.on('messageReceived', ({ body }) => heard.push(body));
    const changes = new Set<string>();
    speaker.on('participantUpdated', ({ state }) => changes.add(state));
    const total = 300;
    for (let number = 0; number < total; number += 1) {
      await speaker.sendMessage({ body: number });
      if (number % 25 !== 24) continue;
      const back = rejoined(listener);
      proxy.cut();
      await speaker.sendMessage({ body: 'while away' });
      await back;
    }
    const done = next(listener, 'messageReceived', ({ body }) => body === 'done');
    await speaker.sendMessage({ body: 'done' });
    await done;
    expect(heard.filter((body) => typeof body === 'number')).toEqual(
      Array.from({ length: total }, (_, index) => index),
    );
    expect(heard.filter((body) => body === 'while away')).toHaveLength(total / 25);
    expect(proxy.connections).toBe(1 + total / 25);
    expect([...changes].toSorted()).toEqual(['connected', 'reconnecting']);
  });

  it('is never refused for its rate, however fast the application is', async () => {
    const counters = new HubCounters();
    const pace = { requestsPerSecond: 100, requestBurst: 20, messagesPerSecond: 1000, messageBurst: 1000 };
    const { url } = await createHub(pace, counters);
    const client = await join(url);
    await Promise.all(Array.from({ length: 100 }, (_, body) => client.sendMessage({ body })));
    expect([...counters.errors]).toEqual([]);
  });

  it('finds a half-open connection by the heartbeat and resumes on another', async () => {
    const { url } = await createHub({ heartbeatIntervalMs: 200, heartbeatTimeoutMs: 600 });
    const proxy = await createProxy(url);
    const client = await join(proxy.url);
    const { self } = client;
    const back = rejoined(client);
    proxy.stall();
    await back;
    expect(client.self).toEqual(self);
    expect(proxy.connections).toBe(2);
  });

  it('keeps what is asked for during a cut and sends it in order after the resume', async () => {
    const { url } = await createHub();
    const proxy = await createProxy(url);
    const [ann, ben] = [await join(proxy.url), await join(url)];
    const heard: unknown[] = [];
    ben.on('messageReceived', ({ body }) => heard.push(body));
    const away = next(ann, 'stateChanged', ({ status }) => status === 'reconnecting');
    proxy.refusing = true;
    proxy.cut();
    await away;
    const sent = Promise.all([1, 2, 3].map((body) => ann.sendMessage({ body })));
    proxy.refusing = false;
    await expect(sent).resolves.toMatchObject(Array(3).fill({ recipients: 1 }));
    await ben.sendMessage({ to: ann.self?.id ?? '', body: 'done' });
    expect(heard).toEqual([1, 2, 3]);
  });

  it('joins anew when it was away too long, and tells what changed meanwhile', async () => {
    const { url } = await createHub({ graceMs: 50 });
    const proxy = await createProxy(url);
    const ann = await join(proxy.url, { name: 'Ann' });
    const ben = await join(url, { name: 'Ben' });
    const known = next(ann, 'participantJoined', ({ name }) => name === 'Cid');
    const cid = await join(url, { name: 'Cid' });
    await known;
    const log: string[] = [];
    ann.on('participantJoined', ({ name }) => log.push(`joined ${name}`));
    ann.on('participantLeft', ({ name }) => log.push(`left ${name}`));
    const before = ann.self?.id;
    const gone = next(ben, 'participantLeft', ({ name }) => name === 'Ann');
    const back = rejoined(ann);
    proxy.refusing = true;
    proxy.cut();
    expect((await gone)[1]).toBe('timeout');
    await cid.leave();
    await join(url, { name: 'Dan' });
    proxy.refusing = false;
    await back;
    expect(log).toEqual(['left Cid', 'joined Dan']);
    expect(ann.self?.id).not.toBe(before);
  });

  it('comes back by itself into a server that was restarted', async () => {
    const first = await createHub();
    const proxy = await createProxy(first.url);
    const [ann, ben] = [
      await join(proxy.url, { name: 'Ann', metadata: { a: '1' } }),
      await join(proxy.url, { name: 'Ben' }),
    ];
    const back = [rejoined(ann), rejoined(ben)];
    const away = next(ann, 'stateChanged', ({ status }) => status === 'reconnecting');
    proxy.refusing = true;
    await first.close();
    expect((await away)[0]).toMatchObject({ code: 'serverShutdown' });
    const second = await createHub();
    const met = Promise.all([ann, ben].map((client) => next(client, 'participantJoined')));
    proxy.target = second.url;
    proxy.refusing = false;
    await Promise.all(back);
    await met;
    expect([...ben.participants.values()]).toMatchObject([{ name: 'Ann', metadata: { a: '1' } }]);
    expect([...ann.participants.values()]).toMatchObject([{ name: 'Ben' }]);
  });

  it('leaves its first place when the session is resumed in a second, and does not fight for it', async () => {
    const { url } = await createHub();
    const resumeOf = new Promise<{ session: string; token: string }>((resolve) => {
      const Recording = class extends WebSocket {
        constructor(address: string, protocols: string) {
          super(address, protocols);
          this.addEventListener('message', ({ data }) => {
            const { result } = JSON.parse(data);
            if (result?.session) resolve({ session: result.session, token: result.resumeToken });
          });
        }
      };
      void join(url, {}, { WebSocket: Recording }).then((client) => clients.push(client));
    });
    const clients: CrosspointClient[] = [];
    const { session, token } = await resumeOf;
    await new Promise((resolve) => setImmediate(resolve));
    const [client] = clients;
    if (!client) throw new Error('not joined');
    const ended = next(client, 'stateChanged', ({ status }) => status === 'disconnected');
    const thief = new WebSocket(url, 'crosspoint.v1');
    cleanUp.push(async () => thief.close());
    thief.onopen = () =>
      thief.send(
        JSON.stringify({ id: 1, method: 'join', params: { room: 'lobby', resume: { session, token, seq: 0 } } }),
      );
    expect((await ended)[0]).toMatchObject({ code: 'sessionReplaced', action: 'giveUp' });
  });
});
