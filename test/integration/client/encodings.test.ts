import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { type ClientOptions, CrosspointClient, type ReceivedMessage } from '../../../src/client/index.ts';
import { msgpackEncoding } from '../../../src/client/msgpack.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';
import { UnrulyProxy } from '../../support/unruly-proxy.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

async function createHub(): Promise<TestHub> {
  const hub = await startHub();
  cleanUp.push(() => hub.close());
  return hub;
}

async function join(url: string, options: Partial<ClientOptions>): Promise<CrosspointClient> {
  const client = new CrosspointClient({ url, reconnect: { baseDelayMs: 20, maxDelayMs: 100 }, ...options });
  cleanUp.push(() => client.leave());
  await client.join({ room: 'lobby' });
  return client;
}

const nextMessage = (client: CrosspointClient) =>
  new Promise<ReceivedMessage>((resolve) => client.once('messageReceived', resolve));

const speeches: Record<string, Partial<ClientOptions>> = {
  JSON: {},
  MessagePack: { encoding: msgpackEncoding },
  'compressed JSON': { compress: true },
  'compressed MessagePack': { encoding: msgpackEncoding, compress: true },
};

const bytes = Uint8Array.from({ length: 5_000 }, (_, index) => index >> 3);
const body = { name: '茶.png', data: bytes, more: [0.1, -1, null, 'Tea is ready. '.repeat(400)] };

describe.each([
  ['the WebSocket of Node', {}],
  ['the WebSocket of ws', { WebSocket: WsWebSocket }],
])('a client with %s', (_, platform) => {
  it.each(Object.entries(speeches))('hears in %s what is said in every other encoding', async (_name, speech) => {
    const hub = await createHub();
    const listener = await join(hub.url, { ...platform, ...speech });
    for (const other of Object.values(speeches)) {
      const speaker = await join(hub.url, { ...platform, ...other });
      const heard = nextMessage(listener);
      await speaker.sendMessage({ type: 'picture', body });
      expect((await heard).body).toEqual(body);
    }
    expect(listener.participants.size).toBe(4);
  });
});

describe('a client that speaks MessagePack', () => {
  it('goes on after a cut, with what it has missed', async () => {
    const hub = await createHub();
    const proxy = await UnrulyProxy.start(hub.url);
    cleanUp.push(() => proxy[Symbol.asyncDispose]());
    const listener = await join(proxy.url, { encoding: msgpackEncoding, compress: true });
    const speaker = await join(hub.url, {});
    const heard: unknown[] = [];
    listener.on('messageReceived', (message) => heard.push(message.body));
    for (let round = 0; round < 5; round += 1) {
      const reconnecting = new Promise((resolve) => listener.once('stateChanged', resolve));
      proxy.cut();
      await reconnecting;
      await speaker.sendMessage({ body: { round, bytes } });
      await expect.poll(() => heard.length).toBe(round + 1);
    }
    expect(heard).toEqual([0, 1, 2, 3, 4].map((round) => ({ round, bytes })));
  });
});
