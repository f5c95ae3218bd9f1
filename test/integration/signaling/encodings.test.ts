import { constants, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { compressParameter, packedSubprotocol } from '../../../src/protocol/encodings.ts';
import { subprotocol } from '../../../src/protocol/envelope.ts';
import { wireLimits } from '../../../src/shared/limits.ts';
import { HubCounters } from '../../../src/shared/tally.ts';
import { lockedDoor, tokenOf } from '../../support/locked-door.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;
const counters = new HubCounters();
const compressing = () => `${server.url}?${compressParameter}=1`;

const ways = {
  json: () => ({ url: server.url, options: {} }),
  msgpack: () => ({ url: server.url, options: { packed: true } }),
  'compressed json': () => ({ url: compressing(), options: { perMessageDeflate: true } }),
  'compressed msgpack': () => ({ url: compressing(), options: { perMessageDeflate: true, packed: true } }),
};
type Way = keyof typeof ways;
const allWays = Object.keys(ways) as Way[];

const join = (way: Way, params: Parameters<typeof SignalingClient.join>[1]) => {
  const { url, options } = ways[way]();
  return SignalingClient.join(url, params, options);
};
const connect = (way: Way) => {
  const { url, options } = ways[way]();
  return SignalingClient.connect(url, options);
};

beforeEach(async () => {
  server = await startHub({ counters, limits: anyRate });
});

afterEach(async () => {
  await server.close();
  expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
});

/** Larger than what is sent uncompressed, and worth compressing. */
const longText = 'Tea is ready. '.repeat(300);

describe('a room', () => {
  it('tells the same in every encoding, with the same numbers', async () => {
    const clients = [];
    for (const way of allWays) clients.push(await join(way, { room: 'tea', name: way, metadata: { way } }));
    const speaker = await join('json', { room: 'tea', name: 'speaker' });
    for (const body of [1, 'x', longText, { deep: [[null, 0.1, -5, 2 ** 40, '茶😀']] }, longText.repeat(10)]) {
      await speaker.request('message', { body });
    }
    await speaker.request('message', { type: 'last', body: null });
    await Promise.all(clients.map((client) => client.event('message', ({ type }) => type === 'last')));
    const told = clients.map(({ events }) => events.slice(-7).map(({ method, params }) => ({ method, params })));
    for (const other of told) expect(other).toEqual(told[0]);
    for (const { events } of clients) expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  });

  it.each(allWays)('answers %s alike, and takes what it sends', async (way) => {
    const listener = await join('json', { room: 'tea', name: 'listener' });
    const client = await join(way, { room: 'tea', name: 'Ann', metadata: { a: 'b' } });
    expect(client.me).toMatchObject({
      resumed: false,
      participants: [{ name: 'listener' }],
      limits: expect.anything(),
    });
    await client.request('message', { body: { text: longText } });
    expect((await listener.event('message')).body).toEqual({ text: longText });
    const { error } = await client.replyTo(client.send('update', { name: 7 }));
    expect(error).toMatchObject({ code: 'invalidParams', data: { problems: [{ path: 'name' }] } });
    await client.request('leave', {});
    client.cut();
  });

  it('numbers events anew for each receiver of the same compressed frame', async () => {
    const early = await join('compressed json', { room: 'tea' });
    const speaker = await join('json', { room: 'tea' });
    for (let round = 0; round < 120; round += 1) await speaker.request('message', { body: round });
    const late = await join('compressed json', { room: 'tea' });
    await speaker.request('message', { body: longText });
    await Promise.all([early, late].map((client) => client.event('message', ({ body }) => body === longText)));
    expect([early.events.at(-1)?.seq, late.events.at(-1)?.seq]).toEqual([123, 1]);
    await speaker.request('message', { type: 'second', body: longText });
    await Promise.all([early, late].map((client) => client.event('message', ({ type }) => type === 'second')));
    expect([early.events.at(-1)?.seq, late.events.at(-1)?.seq]).toEqual([124, 2]);
  });
});

describe('a session', () => {
  it('is resumed in another encoding than it was begun in', async () => {
    const speaker = await join('json', { room: 'tea' });
    const first = await join('json', { room: 'tea' });
    const { session, resumeToken: token } = first.me;
    first.cut();
    await speaker.event('participantUpdated', ({ state }) => state === 'reconnecting');
    const bodies = ['short', longText, { $binary: 'AAECAw==' }];
    for (const body of bodies) await speaker.request('message', { to: first.me.participant.id, body });
    for (const way of allWays) {
      const again = await join(way, { room: 'tea', resume: { session, token, seq: 0 } });
      expect(again.me.resumed).toBe(true);
      await again.event('message', ({ body }) => typeof body === 'object');
      const seen = again.events.filter(({ method }) => method === 'message');
      expect(seen.map(({ params }) => (params as { body: unknown }).body)).toEqual(
        way.endsWith('msgpack') ? ['short', longText, Uint8Array.of(0, 1, 2, 3)] : bodies,
      );
      expect(again.events.map(({ seq }) => seq)).toEqual(again.events.map((_, index) => index + 1));
      again.cut();
      await again.closed;
    }
  });

  it('hears why it ends, in its encoding', async () => {
    const clients = await Promise.all(allWays.map((way) => join(way, { room: 'tea' })));
    const closing = server.close();
    for (const client of clients) {
      expect(await client.event('disconnect')).toMatchObject({ code: 'serverShutdown' });
      expect((await client.closed).code).toBe(4503);
    }
    await closing;
  });
});

describe('bytes in a message', () => {
  it.each(allWays)('go from %s to everybody', async (way) => {
    const listeners = await Promise.all(allWays.map((other) => join(other, { room: 'tea' })));
    const sender = await join(way, { room: 'tea' });
    const bytes = Uint8Array.from({ length: 3_000 }, (_, index) => (index * index) >> 3);
    const inJson = { $binary: Buffer.from(bytes).toString('base64') };
    await sender.request('message', { body: { name: 'x.png', data: way.endsWith('msgpack') ? bytes : inJson } });
    for (const [index, listener] of listeners.entries()) {
      const { body } = await listener.event('message');
      expect(body).toEqual({ name: 'x.png', data: allWays[index]?.endsWith('msgpack') ? bytes : inJson });
    }
  });
});

describe('an acknowledged message with bytes', () => {
  const bytes = Uint8Array.from({ length: 2_000 }, (_, index) => index >> 2);
  const inJson = { $binary: Buffer.from(bytes).toString('base64') };

  async function joinAs(way: Way, identity: string) {
    const { url, options } = ways[way]();
    return SignalingClient.join(url, { room: 'tea', token: await tokenOf(identity) }, options);
  }

  it('waits in the mailbox, and comes in the encoding of each device', async () => {
    await server.close();
    server = await startHub({ ...lockedDoor(), limits: anyRate, messages: { historyMessages: 5 } });
    const alice = await joinAs('msgpack', 'alice');
    const sent = { toUser: 'bob', acknowledge: true, id: 'm1', body: { data: bytes } };
    expect(await alice.request('message', sent)).toMatchObject({ status: 'stored' });
    await alice.request('message', { id: 'm2', type: 'to all', body: bytes });
    for (const way of allWays) {
      const bob = await joinAs(way, 'bob');
      const data = way.endsWith('msgpack') ? bytes : inJson;
      expect((await bob.event('message', ({ id }) => id === 'm1')).body).toEqual({ data });
      expect(await bob.event('message', ({ type }) => type === 'to all')).toMatchObject({ body: data, history: true });
      await bob.request('leave', {});
    }
  });

  it('can be sent by another server', async () => {
    const listeners = await Promise.all(allWays.map((way) => join(way, { room: 'tea' })));
    server.hub.administration.messages.send('tea', { type: 'picture', body: inJson, acknowledge: false });
    for (const [index, listener] of listeners.entries()) {
      const { body } = await listener.event('message', ({ type }) => type === 'picture');
      expect(body).toEqual(allWays[index]?.endsWith('msgpack') ? bytes : inJson);
    }
  });
});

describe('negotiation', () => {
  async function open(url: string, protocols: string[], options: ConstructorParameters<typeof WebSocket>[2] = {}) {
    const socket = new WebSocket(url, protocols, options);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const { protocol, extensions } = socket;
    socket.terminate();
    return { protocol, extensions };
  }

  it('takes the first subprotocol offered that it knows', async () => {
    const chosen = async (...offered: string[]) => (await open(server.url, offered)).protocol;
    expect(await chosen(subprotocol, packedSubprotocol)).toBe(subprotocol);
    expect(await chosen('other', packedSubprotocol, subprotocol)).toBe(packedSubprotocol);
    await expect(chosen('other')).rejects.toThrow('400');
  });

  it('compresses for those only who ask for it in the address and offer the extension', async () => {
    const extensions = async (url: string, perMessageDeflate: boolean | object) =>
      (await open(url, [subprotocol], { perMessageDeflate })).extensions;
    expect(await extensions(server.url, true)).toBe('');
    expect(await extensions(`${server.url}?${compressParameter}=0`, true)).toBe('');
    expect(await extensions(compressing(), false)).toBe('');
    expect(await extensions(compressing(), true)).toBe('permessage-deflate');
    expect(await extensions(compressing(), { serverMaxWindowBits: 12 })).toBe('permessage-deflate');
    await expect(extensions(compressing(), { serverMaxWindowBits: 9 })).rejects.toThrow('400');
  });

  it('compresses what is large, once for all who get it', async () => {
    const listeners = await Promise.all([1, 2, 3].map(() => join('compressed json', { room: 'tea' })));
    const speaker = await join('json', { room: 'tea' });
    const bytesFor = async (body: string) => {
      const before = counters.bytesSent;
      await speaker.request('message', { body });
      await Promise.all(listeners.map((client) => client.event('message', (params) => params.body === body)));
      return counters.bytesSent - before;
    };
    expect(await bytesFor('x'.repeat(500))).toBeGreaterThan(3 * 500);
    expect(await bytesFor('x'.repeat(wireLimits.compressAboveBytes))).toBeLessThan(800);
  });
});

describe('what is no message', () => {
  it.each([
    ['json', Buffer.from('{"id":1,"method":"ping"}'), true],
    ['compressed json', Buffer.from('{"id":1,"method":"ping"}'), true],
    ['msgpack', '{"id":1,"method":"ping"}', false],
    ['compressed msgpack', '{"id":1,"method":"ping"}', false],
  ] as const)('ends a connection of %s when the frame is of the other kind', async (way, data, binary) => {
    const client = await connect(way);
    client.socket.send(data, { binary });
    expect(await client.event('disconnect')).toMatchObject({ code: 'protocolError' });
    expect((await client.closed).code).toBe(4400);
  });

  it('is answered in MessagePack too', async () => {
    const client = await connect('msgpack');
    const nested = Buffer.concat([Buffer.alloc(200, 0x91), Buffer.of(0xc0)]);
    for (const bytes of [Buffer.of(0xc1), Buffer.of(0x01), Buffer.from('ddffffffff', 'hex'), nested]) {
      client.socket.send(bytes);
    }
    await client.request('ping', {});
    const refused = client.replies.filter(({ error }) => error?.code === 'malformedMessage');
    expect(refused.map(({ id }) => id)).toEqual([null, null, null, null]);
    client.cut();
  });

  it('may nest as deeply as JSON lets it, which the receivers of MessagePack get', async () => {
    const listener = new WebSocket(server.url, packedSubprotocol);
    const frames: Buffer[] = [];
    listener.on('message', (data: Buffer) => frames.push(data));
    await new Promise((resolve) => listener.once('open', resolve));
    // A map of three: id, method and params with the room.
    listener.send(Buffer.from('83a2696401a66d6574686f64a46a6f696ea6706172616d7381a4726f6f6da3746561', 'hex'));
    await new Promise((resolve) => listener.once('message', resolve));
    const speaker = await join('json', { room: 'tea' });
    const depth = 20_000;
    speaker.socket.send(`{"id":9,"method":"message","params":{"body":${'['.repeat(depth)}${']'.repeat(depth)}}}`);
    expect((await speaker.replyTo(9)).result).toMatchObject({ recipients: 1 });
    await expect.poll(() => frames.some((frame) => frame.includes(Buffer.alloc(depth - 1, 0x91)))).toBe(true);
    // The server would have to write this one anew, because something follows it.
    speaker.socket.send(
      `{"id":10,"method":"message","params":{"body":${'['.repeat(depth)}${']'.repeat(depth)},"type":"t"}}`,
    );
    expect((await speaker.replyTo(10)).error).toMatchObject({ code: 'invalidParams' });
    listener.terminate();
    speaker.cut();
  });
});

describe('a compressed connection', () => {
  /** A frame as a client would send it: masked with zeros, compressed. */
  function compressedFrame(payload: Buffer): Buffer {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(payload.length);
    return Buffer.concat([Buffer.of(0xc1, 0xfe), length, Buffer.alloc(4), payload]);
  }

  it('ends when a small frame grows beyond the bound, which is all that is ever inflated', async () => {
    const client = await connect('compressed json');
    const bomb = deflateRawSync(Buffer.alloc(50_000_000, 0x20), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(
      0,
      -4,
    );
    expect(bomb.length).toBeLessThan(65_536);
    const tooLarge = () => new Map<string, number>(counters.errors).get('frameTooLarge') ?? 0;
    const earlier = tooLarge();
    const before = process.memoryUsage().rss;
    rawSocketOf(client).write(compressedFrame(bomb));
    expect((await client.closed).code).toBe(1009);
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
    expect(tooLarge()).toBe(earlier + 1);
  });

  it('ends when what comes cannot be inflated', async () => {
    const client = await connect('compressed json');
    rawSocketOf(client).write(compressedFrame(Buffer.alloc(200, 0xff)));
    expect((await client.closed).code).toBe(1007);
  });
});

function rawSocketOf({ socket }: SignalingClient): NodeJS.WritableStream {
  const { _socket: raw } = socket as unknown as { _socket: NodeJS.WritableStream };
  return raw;
}
