import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ErrorDefinition, errorCodes } from '../../src/protocol/error-codes.ts';
import { createLogger } from '../../src/shared/logger.ts';
import { HubCounters } from '../../src/shared/tally.ts';
import { clientFrame } from '../../src/signaling/websocket/testing/client-frame.ts';
import { SignalingClient } from '../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../support/test-hub.ts';
import { Random } from './support/random.ts';

/** Frames in all; `CROSSPOINT_FUZZ_MESSAGES` is the same as for the fuzz of JSON, of which this takes a part. */
const total = Number(process.env.CROSSPOINT_FUZZ_MESSAGES ?? 210_000) / 7;
const seed = Number(process.env.CROSSPOINT_FUZZ_SEED ?? Date.now() % 1_000_000);
/** Few enough that some connections see nothing wrong. */
const mostFrames = 12;
const lanes = 8;

/** Replies and events, plain and compressed, answers to pings, and pings of the server's own, which come when they are due. */
const serverFrames = [0x81, 0xc1, 0x8a, 0x89];

/** What RFC 6455 has for frames that break its rules, in place of the table's code. */
const violationCodes = [1002, 1007];

let server: TestHub;
const counters = new HubCounters();

beforeAll(async () => {
  const limits = { ...anyRate, graceMs: 300, maxFrameBytes: 5_000, closeTimeoutMs: 500 };
  server = await startHub({ counters, logger: createLogger('error'), limits });
});

afterAll(async () => {
  await server.close();
  expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
  expect([...counters.errors].filter(([code]) => code === 'internalError')).toEqual([]);
});

const upgrade =
  'GET /signaling?compress=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: crosspoint.v1\r\n';

/** Frames that are usually right, with everything that may be wrong with one now and then. */
function makeFrame(random: Random): Buffer {
  const first = random.chance(0.7)
    ? random.pick([0x81, 0x81, 0x81, 0x82, 0x01, 0x80, 0x00, 0x89, 0x8a, 0x88, 0xc1, 0x41])
    : random.below(256);
  const text = random.pick([
    '{"id":1,"method":"ping"}',
    '{"id":2,"method":"join","params":{"room":"tea"}}',
    '',
    '\u{1f375}',
  ]);
  const payload = random.chance(0.7) ? Buffer.from(text) : random.bytes(random.below(random.chance(0.1) ? 6_000 : 200));
  const frame = clientFrame(first, payload, random.bytes(4));
  if (random.chance(0.1)) frame[random.below(frame.length)] = random.below(256);
  return random.chance(0.02) ? frame.subarray(0, random.below(frame.length)) : frame;
}

interface Closing {
  code: number;
  reason: string;
}

/** How the server has closed; undefined when it has read everything and waited for more. */
async function say(frames: Buffer, isCompressed: boolean): Promise<Closing | undefined> {
  const socket = connect(server.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close');
  socket.write(`${upgrade}${isCompressed ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : ''}\r\n`);
  socket.end(frames);
  await ended;
  return closingIn(Buffer.concat(chunks));
}

/** Walks over the server's frames, which must be whole and in order, to the close frame at the end. */
function closingIn(bytes: Buffer): Closing | undefined {
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at < bytes.length) {
    const length = bytes[at + 1] ?? 0;
    const from = at + (length === 126 ? 4 : length === 127 ? 10 : 2);
    const to = from + (length === 126 ? bytes.readUInt16BE(at + 2) : length);
    if (bytes[at] === 0x88) {
      expect(to).toBe(bytes.length);
      return { code: to === from ? 1005 : bytes.readUInt16BE(from), reason: bytes.toString('utf8', from + 2, to) };
    }
    expect(serverFrames).toContain(bytes[at]);
    at = to;
  }
  return undefined;
}

function expectDocumented({ code, reason }: Closing): void {
  const definitions: Record<string, ErrorDefinition> = errorCodes;
  expect([definitions[reason]?.closeCode, ...violationCodes]).toContain(code);
}

describe(`the reader of frames under fuzz (seed ${seed})`, () => {
  it('answers whatever comes over a socket, or closes with a documented code', async () => {
    const codes: (number | undefined)[] = [];
    const lane = async (index: number) => {
      const random = new Random(seed + index);
      for (let sent = 0; sent < total / lanes; ) {
        const frames = Array.from({ length: 1 + random.below(mostFrames) }, () => makeFrame(random));
        sent += frames.length;
        const closing = await say(Buffer.concat(frames), random.chance(0.5));
        codes.push(closing?.code);
        // Without a reason it is the client's own code that comes back.
        if (closing && closing.reason !== '') expectDocumented(closing);
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
    expect(codes).toEqual(expect.arrayContaining([undefined, 1002, 1007, 1009, 4400]));
    // Most have something wrong among their frames, and are told, however busy the server is.
    expect(codes.filter((code) => code === undefined).length).toBeLessThan(codes.length / 5);
    const client = await SignalingClient.join(server.url, { room: 'afterwards' });
    expect(client.me.participants).toEqual([]);
    await client.request('leave', {});
    client.cut();
  });
});
