import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isErrorCode } from '../../src/protocol/error-codes.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { ApiEndpoint } from '../../src/signaling/api/api-endpoint.ts';
import { statusOf } from '../../src/signaling/api/api-status.ts';
import { joinAs, lockedDoor, tokenOf } from '../support/locked-door.ts';
import { anyRate, startHub, type TestHub } from '../support/test-hub.ts';
import { Random } from './support/random.ts';

/** A fiftieth of what is sent to the signaling, because each of these is a request of its own. */
const total = Math.ceil(Number(process.env.CROSSPOINT_FUZZ_MESSAGES ?? 210_000) / 50);
const seed = Number(process.env.CROSSPOINT_FUZZ_SEED ?? Date.now() % 1_000_000);
const atATime = 10;
/** Of a path that is not the API's. */
const otherwise = 'not the API';

let server: TestHub;
let http: Server;
let tokens: [string, ...string[]];
const participants: string[] = [];
const agent = new Agent({ keepAlive: true });
const random = new Random(seed);

beforeAll(async () => {
  const door = lockedDoor();
  server = await startHub({ ...door, limits: { ...anyRate, maxRooms: 50, maxMessageBytes: 2_000 } });
  const api = new ApiEndpoint({
    ...{ administration: server.hub.administration, verifier: door.verifier, trustProxy: false },
    ...{ limits: server.hub.limits, logger: createLogger('error') },
  });
  http = createServer((incoming, response) => {
    if (!api.handle(incoming, response)) response.writeHead(404).end(otherwise);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const admin = await tokenOf('backend', { room: '*', grants: { admin: true }, ttlSeconds: 3_600 });
  const scoped = await tokenOf('backend', { room: 't*', grants: { admin: true }, ttlSeconds: 3_600 });
  tokens = [admin, admin, admin, scoped, await tokenOf('alice'), `${admin}x`, 'x.y.z', ''];
  for (const identity of ['alice', 'bob']) participants.push((await joinAs(server.url, identity)).me.participant.id);
});

afterAll(async () => {
  agent.destroy();
  http.close();
  await server.close();
  expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
});

const names: [string, ...string[]] = [
  'tea',
  'coffee',
  '茶',
  '',
  '.',
  '..',
  '__proto__',
  'a/b',
  '%',
  '*',
  'x'.repeat(200),
];

/** A part of a path: what is there, what is not, and what no path should hold. */
function part(): string {
  if (random.chance(0.2)) return random.pick(['nobody', ...participants]);
  if (random.chance(0.1)) return [...random.bytes(random.below(6))].map((byte) => `%${byte.toString(16)}`).join('');
  const name = random.pick(names);
  return random.chance(0.9) ? encodeURIComponent(name) : name.replace(/[^ -~]/gu, '%');
}

function path(): string {
  const room = `/rooms/${part()}`;
  const person = `${room}/participants/${part()}`;
  const paths: [string, ...string[]] = [
    ...(['/rooms', '/revocations', room, `${room}/participants`, `${room}/messages`] as const),
    ...[`${room}/messages/${part()}`, person, `${person}/admit`, `${person}/tracks/${part()}/mute`],
    ...[`${person}?ban=true`, `/rooms?limit=${random.below(2_000) - 500}&offset=${part()}`, `/${part()}/${part()}`],
  ];
  return `/api/v1${random.chance(0.3) ? '/rooms' : random.pick(paths)}`;
}

function value(depth = 0): unknown {
  const simple: [unknown, ...unknown[]] = [null, true, -1, 0, 1e300, '', 'tea', '茶'.repeat(100), 60, 'm1', part()];
  if (depth > 2 || random.chance(0.7)) return random.pick(simple);
  if (random.chance(0.5)) return Array.from({ length: random.below(4) }, () => value(depth + 1));
  return Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.pick(names), value(depth + 1)]));
}

const keys: [string, ...string[]] = [
  ...(['name', 'maxParticipants', 'locked', 'waitingRoom', 'emptyTimeoutSeconds', 'identity', '__proto__'] as const),
  ...['to', 'toUser', 'id', 'acknowledge', 'ttlSeconds', 'type', 'body'],
];

function body(): Buffer {
  if (random.chance(0.1)) return random.bytes(random.below(200));
  if (random.chance(0.05)) return Buffer.from('"'.padEnd(20_000, 'x'));
  const message = { acknowledge: random.chance(0.5), id: `m${random.below(20)}`, toUser: 'bob', body: value() };
  const good = random.pick<object>([message, { name: random.pick(names) }, { locked: false }, { identity: 'zoe' }]);
  const other = Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.pick(keys), value()]));
  const text = JSON.stringify(random.chance(0.6) ? good : random.chance(0.5) ? { ...good, ...other } : other);
  return Buffer.from(random.chance(0.1) ? text.slice(0, random.below(text.length)) : text);
}

interface Answer {
  what: string;
  status: number;
  text: string;
}

async function call(): Promise<Answer> {
  const method = random.pick(['GET', 'POST', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD']);
  const target = path();
  const headers = { authorization: `Bearer ${random.pick(tokens)}` };
  const { port } = http.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, method, path: target, headers, agent });
  const content = method === 'GET' || method === 'HEAD' ? '' : body();
  // A refused body may be cut off while it is being sent.
  outgoing.on('error', () => undefined).end(content);
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return {
    what: `${method} ${target} ${content}`,
    status: Number(response.statusCode),
    text: method === 'HEAD' ? '' : text,
  };
}

function isDocumented({ status, text }: Answer): boolean {
  if (status < 300 || text === '') return status < 500;
  if (text === otherwise) return status === 404;
  const answer: { error?: { code?: unknown; message?: unknown } } = JSON.parse(text);
  const { code, message } = answer.error ?? {};
  return isErrorCode(code) && code !== 'internalError' && statusOf(code) === status && typeof message === 'string';
}

describe('the HTTP API', () => {
  it(`answers ${total} requests of any kind with what its page says (seed ${seed})`, async () => {
    const statuses = new Set<number>();
    for (let sent = 0; sent < total; sent += atATime) {
      const answers = await Promise.all(Array.from({ length: atATime }, call));
      for (const answer of answers) {
        statuses.add(answer.status);
        expect(isDocumented(answer), `${answer.what}: ${answer.status} ${answer.text}`).toBe(true);
      }
    }
    // All of them were reached, so that this has seen more than the door.
    expect([200, 201, 204, 400, 401, 403, 404, 409, 413].filter((status) => !statuses.has(status))).toEqual([]);
  });
});
