import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { clientFrame } from '../../../src/signaling/websocket/testing/client-frame.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

const [text, close, ping] = [0x81, 0x88, 0x89];
const ask = (id: number) => clientFrame(text, `{"id":${id},"method":"ping"}`);

let server: TestHub;

afterEach(async () => {
  await server.close();
});

interface Raw {
  socket: Socket;
  /** All bytes behind the handshake, when the server has closed. */
  rest: Promise<Buffer>;
}

function handshake(lines: Record<string, string> = {}, method = 'GET'): string {
  const all = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'crosspoint.v1',
    ...lines,
  };
  const header = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} /signaling HTTP/1.1\r\n${header.join('')}\r\n`;
}

/** A TCP connection that says this first; `head` is what the server has answered with. */
async function open(first: string | Buffer): Promise<Raw & { head: string }> {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
  });
  socket.write(first);
  const headBytes = () => bytes.indexOf('\r\n\r\n') + 4;
  const rest = once(socket, 'end').then(() => bytes.subarray(headBytes()));
  await expect.poll(headBytes).toBeGreaterThan(3);
  return { socket, rest, head: bytes.subarray(0, headBytes()).toString() };
}

/** Runs something while the event loop is never idle, as it is at the limit of what a server can do. */
async function withoutIdleTime(task: () => Promise<void>): Promise<void> {
  let done = false;
  const spin = async () => {
    while (!done) await setImmediate();
  };
  const spinning = spin();
  await setTimeout(200);
  await task().finally(() => {
    done = true;
  });
  await spinning;
}

describe('the handshake', () => {
  it('answers the example of RFC 6455, section 1.3', async () => {
    server = await startHub();
    const { head, socket } = await open(handshake());
    expect(head).toContain('HTTP/1.1 101 Switching Protocols\r\n');
    expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
    expect(head).toContain('Sec-WebSocket-Protocol: crosspoint.v1\r\n');
    expect(head).not.toContain('Extensions');
    socket.destroy();
  });

  it.each([
    [405, handshake({}, 'POST')],
    [426, handshake({ 'Sec-WebSocket-Version': '8' })],
    [400, handshake({ 'Sec-WebSocket-Key': 'short' })],
    [400, handshake({ Upgrade: 'h2c' })],
    [400, handshake({ 'Sec-WebSocket-Protocol': 'chat' })],
  ])('is refused with %i', async (status, request) => {
    server = await startHub();
    const { head } = await open(request);
    expect(head).toContain(`HTTP/1.1 ${status} `);
    if (status === 426) expect(head).toContain('Sec-WebSocket-Version: 13\r\n');
    expect(server.hub.counts().connections).toBe(0);
  });

  it('reads what comes in one piece with it', async () => {
    server = await startHub();
    const { socket, rest } = await open(
      Buffer.concat([Buffer.from(handshake()), ask(1), clientFrame(close, Buffer.of(3, 232))]),
    );
    socket.end();
    expect((await rest).toString()).toContain('"id":1');
  });
});

describe('the end', () => {
  it('answers what came before the close frame, then that with the same code', async () => {
    server = await startHub();
    const { socket, rest } = await open(handshake());
    socket.write(Buffer.concat([ask(1), ask(2), clientFrame(close, Buffer.of(0x0b, 0xb8)), ask(3)]));
    const said = await rest;
    expect(said.toString()).toMatch(/"id":1,.*"id":2,/);
    expect(said.toString()).not.toContain('"id":3');
    expect(said.subarray(-4)).toEqual(Buffer.of(0x88, 2, 0x0b, 0xb8));
    socket.end();
    await expect.poll(() => server.hub.counts().connections).toBe(0);
  });

  it('keeps the session when the other side only stops talking', async () => {
    server = await startHub();
    const { socket, rest } = await open(handshake());
    socket.write(clientFrame(text, '{"id":1,"method":"join","params":{"room":"tea"}}'));
    await expect.poll(() => server.hub.counts().sessions).toBe(1);
    socket.end();
    await rest;
    await expect.poll(() => server.hub.counts()).toMatchObject({ connections: 0, sessions: 1, waitingSessions: 1 });
  });

  it('answers the last words of who only stops talking', async () => {
    server = await startHub();
    const { socket, rest } = await open(handshake());
    socket.end(ask(1));
    expect((await rest).toString()).toContain('"id":1,"result"');
  });

  it('answers the last words even while output waits because the server is busy', async () => {
    server = await startHub();
    await withoutIdleTime(async () => {
      const { socket, rest } = await open(handshake());
      socket.end(Buffer.concat([ask(1), ask(2), clientFrame(0x83, 'no such frame')]));
      const bytes = await rest;
      const sent = bytes.toString();
      expect(sent).toContain('"id":1,');
      expect(sent).toContain('"id":2,');
      expect(sent).toContain('"code":"protocolError"');
      expect(bytes.subarray(-'protocolError'.length - 4).readUInt8()).toBe(close);
    });
  });

  it('sends what is under way to who stops talking while the server is busy', async () => {
    server = await startHub();
    await withoutIdleTime(async () => {
      const { socket, rest } = await open(handshake());
      socket.end(Buffer.concat([ask(1), ask(2)]));
      expect((await rest).toString()).toContain('"id":2,');
    });
  });

  it('does not wait for long for who does not close', async () => {
    server = await startHub({ limits: { closeTimeoutMs: 200, joinTimeoutMs: 50, heartbeatIntervalMs: 100 } });
    const { socket, rest } = await open(handshake());
    expect((await rest).subarray(-11).toString()).toBe('joinTimeout');
    await expect.poll(() => server.hub.counts().connections).toBe(0);
    socket.destroy();
  });

  it('stops reading after a violation, and says what it was', async () => {
    server = await startHub();
    const { socket, rest } = await open(handshake());
    socket.write(Buffer.concat([clientFrame(text, Buffer.of(0xff)), ask(1)]));
    const said = await rest;
    expect(said.toString()).toContain('"code":"protocolError"');
    expect(said.toString()).not.toContain('"id":1');
    expect(said.subarray(-17)).toEqual(Buffer.from('\x88\x0f\x03\xefprotocolError', 'latin1'));
    socket.end();
  });
});

describe('pings of a client', () => {
  it('are answered with what stood in them, in order with everything else', async () => {
    server = await startHub();
    const { socket, rest } = await open(handshake());
    socket.write(Buffer.concat([ask(1), clientFrame(ping, 'how are you'), ask(2), clientFrame(close, '')]));
    const said = (await rest).toString('latin1');
    const pong = said.indexOf('\x8a\x0bhow are you');
    expect(said.slice(0, pong)).toContain('"id":1,');
    expect(said.slice(pong)).toContain('"id":2,');
    socket.end();
  });

  it('count like requests', async () => {
    server = await startHub({ limits: { requestsPerSecond: 1, requestBurst: 5, rateLimitRefusals: 10 } });
    const client = await SignalingClient.connect(server.url);
    let pongs = 0;
    client.socket.on('pong', () => {
      pongs += 1;
    });
    for (let count = 0; count < 40; count += 1) client.socket.ping();
    expect(await client.closed).toEqual({ code: 4429, reason: 'rateLimitExceeded' });
    expect(pongs).toBe(5);
  });
});

it('reads messages in whatever pieces they come', async () => {
  server = await startHub();
  const { socket, rest } = await open(handshake());
  const request = '{"id":1,"method":"ping"}';
  const parts = [clientFrame(0x01, request.slice(0, 5)), clientFrame(ping, ''), clientFrame(0x80, request.slice(5))];
  for (const byte of Buffer.concat(parts)) socket.write(Buffer.of(byte));
  socket.write(clientFrame(close, ''));
  expect((await rest).toString()).toContain('"id":1,"result"');
  socket.end();
});

it('keeps apart what connections send in pieces at the same time', async () => {
  server = await startHub();
  const all = await Promise.all(Array.from({ length: 8 }, () => open(handshake())));
  const idOf = (index: number) => `${index}`.repeat(60);
  const frames = all.map((_, index) => clientFrame(text, JSON.stringify({ id: idOf(index), method: 'ping' }, null, 4)));
  for (let at = 0; at < (frames[0]?.length ?? 0); at += 10) {
    for (const [index, { socket }] of all.entries()) socket.write(frames[index]?.subarray(at, at + 10) ?? '');
    await setImmediate();
  }
  for (const [index, { socket, rest }] of all.entries()) {
    socket.write(clientFrame(close, ''));
    expect((await rest).toString()).toContain(`{"id":"${idOf(index)}","result"`);
    socket.end();
  }
});
