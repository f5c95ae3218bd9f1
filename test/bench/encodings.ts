import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { HubCounters } from '../../src/shared/tally.ts';
import { EventBatch } from '../../src/signaling/wire/event-batch.ts';
import { eventHead, rawEventHead } from '../../src/signaling/wire/event-text.ts';
import { FrameEncoding } from '../../src/signaling/wire/frame-encoding.ts';
import { FrameMemory } from '../../src/signaling/wire/frame-memory.ts';
import { Outbox } from '../../src/signaling/wire/outbox.ts';
import { SendArena } from '../../src/signaling/wire/send-arena.ts';
import { TurnFlusher } from '../../src/signaling/wire/turn-flusher.ts';

/**
 * Compares the encodings: bytes of a frame, and CPU time of the process for each delivery without the kernel's part, which
 * is the same for all but for the bytes. The best of several windows counts.
 */
const receivers = 100;
const windows = 5;
const windowMs = 150;

const encodings: [string, FrameEncoding | undefined][] = [
  ['JSON', undefined],
  ['JSON, compressed', new FrameEncoding({ packed: false, compressed: true })],
  ['MessagePack', new FrameEncoding({ packed: true, compressed: false })],
  ['MessagePack, compressed', new FrameEncoding({ packed: true, compressed: true })],
];

const participant = (index: number) => ({
  id: Buffer.from(`participant ${index}`).toString('base64url').slice(-12),
  name: `Person ${index}`,
  metadata: {},
  state: 'connected' as const,
  joinedAt: 1_795_240_977_040 + index * 777,
  tracks: [
    { kind: 'audio' as const, source: 'microphone' as const, codec: 'audio/opus', simulcast: false },
    { kind: 'video' as const, source: 'camera' as const, codec: 'video/VP8', simulcast: true },
  ].map((track) => ({ id: `tr_${Math.random().toString(36).slice(2, 14)}`, muted: false, ...track })),
});

const joinReply = (others: number) =>
  JSON.stringify({
    id: 1,
    result: {
      ...{ session: 'a2wlVkbTfamftJ8A', resumeToken: 'dh9G7gudtdyglHQE7INUXXRkFq3HIPO7', resumed: false, seq: 0 },
      ...{ room: { name: 'lobby', createdAt: 1_795_240_977_040 }, participant: participant(0) },
      participants: Array.from({ length: others }, (_, index) => participant(index + 1)),
    },
  });

const fixture = new URL('../fixtures/sdp/chromium/publish.simulcast.only.offer.sdp', import.meta.url);
const sdp = readFileSync(fixture, 'utf8');
const noise = Uint8Array.from({ length: 3_000 }, (_, index) => (index * index * 2_654_435_761) >>> 13);
const picture = JSON.stringify({ $binary: Buffer.from(noise).toString('base64') });

const events: [string, string][] = [
  ['presence (`participantJoined`)', eventHead('participantJoined', { participant: participant(1) })],
  [
    'chat message of 100 characters',
    rawEventHead('message', `{"from":"EoqHsKLxQt3r","type":"chat","at":1795240977712,"body":"${'tea '.repeat(25)}"}`),
  ],
  ['offer of a camera with simulcast', eventHead('offer', { from: 'EoqHsKLxQt3r', sdp })],
  [
    'message with 3,000 bytes',
    rawEventHead('message', `{"from":"EoqHsKLxQt3r","type":"picture","at":1795240977712,"body":${picture}}`),
  ],
];
const replies: [string, string][] = [
  ['join reply, 10 others', joinReply(10)],
  ['join reply, 100 others', joinReply(100)],
];

class Sink extends Writable {
  bytes = 0;

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.bytes += chunk.length;
    callback();
  }
}

function createReceivers(count: number, encoding: FrameEncoding | undefined) {
  const flusher = new TurnFlusher();
  const counters = new HubCounters();
  return Array.from({ length: count }, () => {
    const socket = new Sink();
    const outbox = new Outbox({ socket, flusher, counters, encoding, maxQueueBytes: 1e9, onOverflow: () => undefined });
    return { socket, outbox };
  });
}

/** Microseconds of CPU time for each call, in the best window. */
async function costOf(deliver: () => void): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let window = 0; window < windows; window += 1) {
    const end = performance.now() + windowMs;
    const before = process.cpuUsage();
    let count = 0;
    for (; performance.now() < end; count += 1) deliver();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / count);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return best;
}

async function measureEvent(
  head: string,
  encoding: FrameEncoding | undefined,
): Promise<[bytes: number, micros: number]> {
  const members = createReceivers(receivers, encoding);
  const arena = new SendArena();
  let seq = 0;
  const deliver = () => {
    const batch = new EventBatch(new FrameMemory());
    batch.append([head]);
    seq += 1;
    for (const { outbox } of members) {
      outbox.pushEvents(batch, 0, 1, seq);
      outbox.flush(arena);
    }
    arena.rest();
  };
  deliver();
  const bytes = members[0]?.socket.bytes ?? 0;
  return [bytes, (await costOf(deliver)) / receivers];
}

async function measureReply(
  text: string,
  encoding: FrameEncoding | undefined,
): Promise<[bytes: number, micros: number]> {
  const [member] = createReceivers(1, encoding);
  if (!member) throw new Error('Nobody to send to.');
  const arena = new SendArena();
  const deliver = () => {
    member.outbox.pushText([text]);
    member.outbox.flush(arena);
    arena.rest();
  };
  deliver();
  return [member.socket.bytes, await costOf(deliver)];
}

console.log(`| | ${encodings.map(([name]) => name).join(' | ')} |`);
console.log(`| --- |${encodings.map(() => ' --: |').join('')}`);
for (const [rows, measure] of [
  [events, measureEvent],
  [replies, measureReply],
] as const) {
  for (const [name, text] of rows) {
    const cells: string[] = [];
    for (const [, encoding] of encodings) {
      const [bytes, micros] = await measure(text, encoding);
      cells.push(`${bytes.toLocaleString('en')} B, ${micros.toFixed(micros < 10 ? 2 : 0)} µs`);
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
