import { once } from 'node:events';
import { constants, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { compressParameter, packedSubprotocol } from '../../src/protocol/encodings.ts';
import { type ErrorDefinition, errorCodes } from '../../src/protocol/error-codes.ts';
import { pack } from '../../src/protocol/msgpack/pack.ts';
import { unpack } from '../../src/protocol/msgpack/unpack.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { HubCounters } from '../../src/shared/tally.ts';
import { anyRate, startHub, type TestHub } from '../support/test-hub.ts';
import { MessageMaker } from './support/message-maker.ts';
import { Random } from './support/random.ts';

/** Messages in all; `CROSSPOINT_FUZZ_MESSAGES` is the same as for the fuzz of JSON, of which this takes a part. */
const total = Number(process.env.CROSSPOINT_FUZZ_MESSAGES ?? 210_000) / 5;
const seed = Number(process.env.CROSSPOINT_FUZZ_SEED ?? Date.now() % 1_000_000);
const batch = 250;
const mark = 'mark';

const documentedCloseCodes = new Set([
  ...Object.values<ErrorDefinition>(errorCodes).flatMap(({ closeCode }) => closeCode ?? []),
  // The WebSocket layer's own, RFC 6455 section 7.4.1: broken frames, and what cannot be inflated.
  1002,
  1007,
]);

let server: TestHub;
const counters = new HubCounters();

beforeAll(async () => {
  const limits = { ...anyRate, graceMs: 300, maxFrameBytes: 300_000, maxMessageBytes: 20_000, replayEvents: 50 };
  server = await startHub({ counters, logger: createLogger('error'), limits });
});

afterAll(async () => {
  await server.close();
  expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
  expect([...counters.errors].filter(([code]) => code === 'internalError')).toEqual([]);
});

/** A client that speaks MessagePack, and notes when a reply to `mark` or the end has come. */
class PackedClient {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  #whenMarked: (() => void) | undefined;

  private constructor(compress: boolean) {
    const url = `${server.url}?${compressParameter}=${compress ? 1 : 0}`;
    this.socket = new WebSocket(url, packedSubprotocol, { perMessageDeflate: compress && { threshold: 0 } });
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.socket.on('message', (data: Buffer) => this.#handle(data));
  }

  static async connect(compress: boolean): Promise<PackedClient> {
    const client = new PackedClient(compress);
    await once(client.socket, 'open');
    return client;
  }

  /** The code with which the connection has ended, unless it lives. */
  async end(): Promise<number | undefined> {
    const marked = new Promise<undefined>((resolve) => {
      this.#whenMarked = () => resolve(undefined);
    });
    this.socket.send(pack({ id: mark, method: 'ping' }));
    return Promise.race([marked, this.closed]);
  }

  #handle(data: Buffer): void {
    const frame = unpack(data, { fromBytes: (bytes) => bytes });
    if (typeof frame === 'object' && frame !== null && 'id' in frame && frame.id === mark) this.#whenMarked?.();
  }
}

async function sendAll(count: number, make: (id: number) => Uint8Array, compress: boolean): Promise<void> {
  let client = await PackedClient.connect(compress);
  for (let sent = 0; sent < count; sent += batch) {
    for (let id = sent; id < Math.min(sent + batch, count); id += 1) client.socket.send(make(id));
    const code = await client.end();
    if (code === undefined) continue;
    expect(documentedCloseCodes).toContain(code);
    client = await PackedClient.connect(compress);
  }
  client.socket.terminate();
  await client.closed;
}

async function inParallel(make: (maker: MessageMaker, random: Random, id: number) => Uint8Array): Promise<void> {
  const lane = (index: number) => {
    const random = new Random(seed + index);
    const maker = new MessageMaker(random, { rooms: ['tea', '茶'], participants: [], resume: [] });
    return sendAll(Math.ceil(total / 12), (id) => make(maker, random, id), index % 2 === 0);
  };
  await Promise.all([0, 1, 2, 3].map(lane));
  await expectAlive();
}

async function expectAlive(): Promise<void> {
  const client = await PackedClient.connect(true);
  expect(await client.end()).toBeUndefined();
  client.socket.terminate();
  await client.closed;
}

/** Bytes that begin something: containers, texts, byte strings and extensions of every length, numbers. */
const openings = [0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xbf, ...Array.from({ length: 32 }, (_, at) => 0xc0 + at)];

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  const kind = random.below(5);
  if (kind === 0) return copy.subarray(0, at);
  if (kind === 1) return Buffer.concat([copy.subarray(0, at), random.bytes(random.below(9)), copy.subarray(at)]);
  if (kind === 2) return Buffer.concat([copy, random.bytes(1 + random.below(4))]);
  copy[at] = kind === 3 ? random.below(256) : random.pick(openings as [number, ...number[]]);
  return copy;
}

/** Large frames and deep ones, which ask for more than they bring. */
function greedy(random: Random): Uint8Array {
  const opening = random.pick([0x91, 0x81, 0x9f, 0xdd, 0xdf, 0xdb, 0xc6, 0xc9]);
  return random.chance(0.5) ? Buffer.alloc(1 + random.below(3_000), opening) : Buffer.of(opening, ...random.bytes(4));
}

describe(`the hub under fuzz of MessagePack and compression (seed ${seed})`, {
  timeout: Math.max(120_000, total),
}, () => {
  it('answers random bytes, and openings of what never comes', async () => {
    await inParallel((_, random) => (random.chance(0.7) ? random.bytes(1 + random.below(60)) : greedy(random)));
  });

  it('answers requests with mutated parameters, and the same with mutated bytes', async () => {
    await inParallel((maker, random, id) => {
      const bytes = pack(JSON.parse(maker.request(id, { mutate: true })));
      return random.chance(0.5) ? bytes : mutated(bytes, random);
    });
  });

  it('answers valid requests in any order, compressed or not', async () => {
    await inParallel((maker, _, id) => pack(JSON.parse(maker.request(id, { mutate: false }))));
  });

  it('survives compressed messages that are broken, or grow without end', async () => {
    const random = new Random(seed);
    const space = deflateRawSync(Buffer.alloc(20_000_000), { finishFlush: constants.Z_SYNC_FLUSH });
    for (let round = 0; round < Math.max(200, total / 1_000); round += 1) {
      const client = await PackedClient.connect(true);
      const valid = deflateRawSync(pack({ id: 1, method: 'ping' }), { finishFlush: constants.Z_SYNC_FLUSH });
      const payload = random.chance(0.2) ? space : random.chance(0.5) ? mutated(valid, random) : random.bytes(200);
      const { _socket: raw } = client.socket as unknown as { _socket: NodeJS.WritableStream };
      raw.write(maskedFrame(random.pick([0xc2, 0xc2, 0xc1, 0x42, 0xc0]), payload));
      raw.end();
      await client.closed;
    }
    await expectAlive();
  });
});

/** With a mask of zeros the payload stays as it is. */
function maskedFrame(first: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0xfe, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(first, ...size, 0, 0, 0, 0), payload]);
}
