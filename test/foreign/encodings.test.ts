import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { packedSubprotocol } from '../../src/protocol/encodings.ts';
import { SignalingClient } from '../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../support/test-hub.ts';

const program = fileURLToPath(new URL('./encodings/packed_client.py', import.meta.url));
const line = z.object({ frame: z.object({ method: z.string().optional(), seq: z.number().optional() }).loose() });

let server: TestHub;
beforeAll(async () => {
  server = await startHub({ limits: anyRate });
});
afterAll(async () => {
  await server.close();
});

/** What Python's msgpack makes of each value, shown as JSON. */
const bodies: [body: unknown, shown?: unknown][] = [
  ['small'],
  [{ text: 'Tea is ready. '.repeat(500), 茶: ['😀', 0.1, -0.5, -33, 2 ** 40, null, true] }],
  [{ data: { $binary: 'AAH/' } }, { data: { bytes: '0001ff' } }],
  [{ $binary: Buffer.alloc(9_000, 7).toString('base64') }, { bytes: '07'.repeat(9_000) }],
  [Array.from({ length: 3_000 }, (_, index) => index * index)],
];

it.each([
  [`?compress=1`, ['permessage-deflate']],
  ['', []],
])('a Python client speaks MessagePack at %j, with the extensions %j', async (query, extensions) => {
  const child = spawn('/usr/bin/python3', [program, `${server.url}${query}`, 'tea'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: unknown[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(JSON.parse(text)));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = once(child, 'close');
  const friend = await SignalingClient.join(server.url, { room: 'tea', name: 'friend' });
  const isThere = friend.me.participants.some(({ name }) => name === 'Python');
  if (!isThere) await friend.event('participantJoined');
  for (const [index, [body]] of bodies.entries()) {
    await friend.request('message', { type: `number ${index}`, body });
    await expect.poll(() => friend.events.filter(({ method }) => method === 'message').length).toBe(index + 1);
    expect(friend.events.at(-1)?.params).toMatchObject({ type: 'echo', body });
  }
  await friend.request('message', { type: 'goodbye', body: null });
  const [code] = await ended;
  expect(code, errors.join('')).toBe(0);
  expect(lines[0]).toEqual({ subprotocol: packedSubprotocol, extensions });
  const events = lines.slice(1).flatMap((given) => {
    const { frame } = line.parse(given);
    return frame.method === undefined ? [] : [frame];
  });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const messages = events.filter(({ method }) => method === 'message').map(({ params }) => params);
  expect(messages).toMatchObject([...bodies.map(([body, shown = body]) => ({ body: shown })), { type: 'goodbye' }]);
  await friend.request('leave', {});
});
