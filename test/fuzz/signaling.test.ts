import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requestEnvelope } from '../../src/protocol/envelope.ts';
import { type ErrorDefinition, errorCodes, isErrorCode } from '../../src/protocol/error-codes.ts';
import { events } from '../../src/protocol/events.ts';
import { requests } from '../../src/protocol/requests.ts';
import { CrosspointError } from '../../src/shared/errors.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { HubCounters } from '../../src/shared/tally.ts';
import { type AccessClaims, accessClaims } from '../../src/signaling/auth/access-token.ts';
import { Doorkeeper } from '../../src/signaling/auth/doorkeeper.ts';
import { memoryUsed } from '../support/memory-used.ts';
import { SignalingClient } from '../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../support/test-hub.ts';
import { type Known, MessageMaker } from './support/message-maker.ts';
import { Random } from './support/random.ts';

/** Messages in all; `CROSSPOINT_FUZZ_MESSAGES=5000000` is the long mode. */
const total = Number(process.env.CROSSPOINT_FUZZ_MESSAGES ?? 210_000);
const seed = Number(process.env.CROSSPOINT_FUZZ_SEED ?? Date.now() % 1_000_000);
/** Messages that a client sends before it looks at the replies. */
const batch = 250;

const documentedCloseCodes = new Set([
  ...Object.values<ErrorDefinition>(errorCodes).flatMap(({ closeCode }) => closeCode ?? []),
  // The WebSocket layer's own, RFC 6455 section 7.4.1: broken frames, bad UTF-8.
  1002,
  1007,
]);

let server: TestHub;
const counters = new HubCounters();
const known: Known = { rooms: ['tea', 'coffee', '茶'], participants: [], resume: [] };

const empty = { connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 };
/** Tables, compiled code and what was learned are there after so many messages; a leak comes with those that follow. */
const warmUp = 20_000;
/** Less than six bytes for each message of the long mode; a heap at rest differs by a few millions anyway. */
const growthBytes = 12_000_000;
let memoryAtFirst: number;

beforeAll(async () => {
  server = await startHub({
    counters,
    doorkeeper: new Doorkeeper({ mode: 'open', verifier: { verify: personOf }, clockToleranceSeconds: 0 }),
    logger: createLogger('error'),
    limits: { ...anyRate, graceMs: 300, maxFrameBytes: 300_000, maxMessageBytes: 20_000, replayEvents: 50 },
  });
  const random = new Random(seed);
  const maker = new MessageMaker(random, known);
  await answerAll(warmUp, random, (id) => anyMessage(maker, random, id));
  memoryAtFirst = await memoryAtRest();
}, 60_000);

afterAll(async () => {
  await server.close();
  expect(server.hub.counts()).toEqual(empty);
  expect([...counters.errors].filter(([code]) => code === 'internalError')).toEqual([]);
});

const grantsOf = [
  { moderate: true },
  { hidden: true },
  { recorder: true },
  { message: false },
  { createRoom: false },
  {},
];

/** Takes `person-0` and so on for tokens, so that every grant plays its part. */
async function personOf(token: string | undefined, room: string): Promise<AccessClaims> {
  const index = Number(token?.split('-')[1]);
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = accessClaims.safeParse({ sub: token, room, grants: grantsOf[index], exp });
  if (!claims.success) throw new CrosspointError('unauthorized');
  return claims.data;
}

/** The server is alive when a newcomer can join, speak and leave. */
async function expectAlive(): Promise<void> {
  const client = await SignalingClient.join(server.url, { room: 'alive' });
  await client.request('message', { body: 1 });
  await client.request('leave', {});
  client.socket.close();
  await client.closed;
}

/** A request without an id is answered only when it fails. */
function wantsNoReply(text: string): boolean {
  try {
    const { data } = requestEnvelope.safeParse(JSON.parse(text));
    return data !== undefined && data.id === undefined;
  } catch {
    return false;
  }
}

function anyMessage(maker: MessageMaker, random: Random, id: number): string {
  const kind = random.below(3);
  return kind === 0 ? maker.anyText() : maker.request(id, { mutate: kind === 1 });
}

/** Waits until everybody has gone and no grace time runs, and tells what is in use then. */
async function memoryAtRest(): Promise<number> {
  await vi.waitFor(() => expect(server.hub.counts()).toEqual(empty), { timeout: 10_000 });
  return memoryUsed();
}

/** The server has said why, with the code to which the close code belongs; or the WebSocket layer has. */
function expectDocumentedEnd(client: SignalingClient, closeCode: number): void {
  expect(documentedCloseCodes).toContain(closeCode);
  if (closeCode < 4000) return;
  const { params } = client.events.find(({ method }) => method === 'disconnect') ?? {};
  const { code } = events.disconnect.params.parse(params);
  const definition: ErrorDefinition | undefined = isErrorCode(code) ? errorCodes[code] : undefined;
  expect(definition?.closeCode).toBe(closeCode);
}

/** The id that the reply has to repeat, as text; none where there is no envelope. */
function idIn(text: string): string[] {
  try {
    const { data } = requestEnvelope.safeParse(JSON.parse(text));
    return data?.id === undefined ? [] : [String(data.id)];
  } catch {
    return [];
  }
}

/** Sends batches; every message must be answered exactly once, or the connection end with a documented code. */
async function answerAll(count: number, random: Random, make: (id: number) => string): Promise<void> {
  let client = await SignalingClient.connect(server.url);
  for (let sent = 0; sent < count; sent += batch) {
    const size = Math.min(batch, count - sent);
    const before = client.replies.length;
    const texts = textsFrom(sent + 1, { size, random, make });
    for (const text of texts) client.socket.send(text);
    client.socket.send('{"id":"mark","method":"ping"}');
    const ended = await Promise.race([client.replyTo('mark').then(() => undefined), client.closed]);
    if (ended) {
      expectDocumentedEnd(client, ended.code);
      client = await SignalingClient.connect(server.url);
      continue;
    }
    const replies = client.replies.splice(before).filter(({ id }) => id !== 'mark');
    const silent = texts.filter(wantsNoReply).length;
    const complaints = replies.filter(({ error }) => error?.method !== undefined).length;
    expect(complaints).toBeLessThanOrEqual(silent);
    expect(replies).toHaveLength(size - silent + complaints);
    const answered = new Set(replies.map(({ id }) => String(id)));
    expect(texts.flatMap(idIn).filter((id) => !answered.has(id))).toEqual([]);
    for (const { error } of replies) if (error) expect(error.code).toSatisfy(isErrorCode);
    learn(client);
    if (random.chance(0.1)) client = await replace(client, random);
  }
  client.cut();
  await client.closed;
}

/** Some come twice as they were, and some take the id of another. */
function textsFrom(
  first: number,
  { size, random, make }: { size: number; random: Random; make: (id: number) => string },
): string[] {
  const texts: string[] = [];
  for (let id = first; texts.length < size; id += 1) {
    const earlier = random.chance(0.05) ? texts[random.below(texts.length)] : undefined;
    texts.push(earlier ?? make(random.chance(0.05) ? 1 + random.below(id) : id));
  }
  return texts;
}

/** Keeps what later messages may be about: the last few sessions and people. */
function learn(client: SignalingClient): void {
  for (const frame of client.frames.splice(0)) {
    const joined = requests.join.result.safeParse(JSON.parse(frame).result);
    if (!joined.success) continue;
    known.participants.unshift(joined.data.participant.id);
    known.resume.unshift({ session: joined.data.session, token: joined.data.resumeToken, seq: joined.data.seq });
  }
  known.participants.length = Math.min(known.participants.length, 20);
  known.resume.length = Math.min(known.resume.length, 10);
  // The last word may have come already, behind the replies.
  const farewells = client.events.filter(({ method }) => method === 'disconnect');
  client.events.splice(0, Number.POSITIVE_INFINITY, ...farewells);
}

async function replace(client: SignalingClient, random: Random): Promise<SignalingClient> {
  if (random.chance(0.5)) client.cut();
  else client.socket.close(random.pick([1000, 1001, 4000]));
  await client.closed;
  return SignalingClient.connect(server.url);
}

async function inParallel(share: number, make: (maker: MessageMaker, id: number) => string): Promise<void> {
  const lanes = 6;
  const count = Math.ceil((total * share) / lanes);
  const lane = (index: number) => {
    const random = new Random(seed + index);
    const maker = new MessageMaker(random, known);
    return answerAll(count, random, (id) => make(maker, id));
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  await expectAlive();
}

describe(`the hub under fuzz (seed ${seed})`, { timeout: Math.max(120_000, total) }, () => {
  it('answers random JSON and broken JSON', async () => {
    await inParallel(0.3, (maker) => maker.anyText());
  });

  it('answers valid envelopes with mutated parameters', async () => {
    await inParallel(0.4, (maker, id) => maker.request(id, { mutate: true }));
  });

  it('answers valid requests in any order', async () => {
    await inParallel(0.25, (maker, id) => maker.request(id, { mutate: false }));
  });

  it('answers all of that mixed', async () => {
    const random = new Random(seed);
    await inParallel(0.1, (maker, id) => anyMessage(maker, random, id));
  });

  it('survives random bytes in frames, and random bytes for frames', async () => {
    const random = new Random(seed);
    for (let round = 0; round < Math.max(200, total / 1_000); round += 1) {
      const socket = await upgrade();
      const closed = once(socket, 'close');
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      const length = 1 + random.below(300);
      if (random.chance(0.5)) socket.write(random.bytes(length));
      else socket.write(maskedFrame(random.pick([0x81, 0x82, 0x01, 0x80, 0x88, 0x89, 0x8a]), random.bytes(length)));
      socket.end();
      await closed;
    }
    await expectAlive();
  });

  it('survives random bytes for HTTP', async () => {
    const random = new Random(seed);
    for (let round = 0; round < 100; round += 1) {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      const closed = once(socket, 'close');
      if (random.chance(0.5)) socket.write('GET /signaling HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
      socket.write(random.bytes(random.below(500)));
      socket.end();
      await closed;
    }
    await expectAlive();
  });

  it('leaves nothing behind while it lives', async () => {
    const grown = (await memoryAtRest()) - memoryAtFirst;
    const closes = [...counters.sessionsEnded].map(([reason, count]) => `${reason} ${count}`);
    console.log(`${memoryAtFirst} bytes in use grew by ${grown}; sessions ended: ${closes.join(', ')}`);
    expect(grown).toBeLessThan(growthBytes);
  });
});

async function upgrade(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  const key = Buffer.alloc(16).toString('base64');
  const headers = `Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}`;
  socket.write(`GET /signaling HTTP/1.1\r\n${headers}\r\nSec-WebSocket-Protocol: crosspoint.v1\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

/** With a mask of zeros the payload stays as it is. */
function maskedFrame(first: number, payload: Buffer): Buffer {
  const size = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([first, ...size, 0, 0, 0, 0]), payload]);
}
