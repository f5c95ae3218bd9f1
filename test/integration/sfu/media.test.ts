import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mediaCodecs } from '../../../src/sfu/codecs.ts';
import type { MediaWorker } from '../../../src/sfu/media-worker.ts';
import { RoomNode } from '../../../src/sfu/room-node.ts';
import { sfuLimits } from '../../../src/shared/limits.ts';
import { audioPacket, consume, produce, startNode } from './rtp-source.ts';

let worker: MediaWorker;
let node: RoomNode;

beforeAll(async () => {
  const started = await startNode();
  worker = started.worker;
  started.node.close();
});
afterAll(() => worker.close());
beforeEach(async () => {
  node = await RoomNode.create(worker, mediaCodecs(['opus', 'VP8']));
});
afterEach(() => node.close());

describe('a microphone', () => {
  it('that speaks is heard, with its participant and its loudness', async () => {
    const { producer } = await produce(node, 'audio');
    await node.listenTo(producer, 'ann');
    const heard = once(node, 'loudness', { signal: AbortSignal.timeout(5_000) });
    let sequenceNumber = 0;
    const speaking = setInterval(() => producer.send(audioPacket(sequenceNumber++, 20)), 20);
    const [loudness] = await heard;
    clearInterval(speaking);
    expect(loudness).toEqual([{ participantId: 'ann', decibels: -20 }]);
    expect(await once(node, 'loudness', { signal: AbortSignal.timeout(5_000) })).toEqual([[]]);
  });

  it('can be listened to again after a pause of its track', async () => {
    const { producer } = await produce(node, 'audio');
    await node.listenTo(producer, 'ann');
    await expect(node.listenTo(producer, 'ann')).resolves.toBeUndefined();
  });

  it('that has ended is not listened to', async () => {
    const { producer } = await produce(node, 'audio');
    producer.close();
    await expect(node.listenTo(producer, 'ann')).resolves.toBeUndefined();
  });
});

describe('key frames', () => {
  it('are asked for at a bounded rate, however many receivers need one', async () => {
    const { producer, transport } = await produce(node, 'video', {
      keyFrameRequestDelay: sfuLimits.keyFrameRequestDelayMs,
    });
    let requests = 0;
    // Payload-specific feedback (206) with format 1 is a picture loss indication (RFC 4585 section 6.3.1).
    transport.on('rtcp', (packet) => {
      if (packet[1] === 206 && ((packet[0] ?? 0) & 31) === 1) requests += 1;
    });
    producer.send(deltaFrame(0));
    const { consumer } = await consume(node, producer.id);
    const startedAt = performance.now();
    let sequenceNumber = 1;
    while (performance.now() - startedAt < sfuLimits.keyFrameRequestDelayMs * 4) {
      producer.send(deltaFrame(sequenceNumber++));
      producer.send(keyFrame(sequenceNumber++));
      await consumer.requestKeyFrame();
    }
    expect(sequenceNumber).toBeGreaterThan(100);
    expect(requests).toBeGreaterThan(1);
    expect(requests).toBeLessThanOrEqual(7);
  });
});

/** VP8 (RFC 7741): a payload descriptor that starts a partition, then a frame header whose last bit is 0 in key frames. */
function videoPacket(sequenceNumber: number, frameHeader: number): Buffer {
  const packet = Buffer.from([
    0x80,
    0x80 | 96,
    ...Array(10).fill(0),
    0x10,
    frameHeader,
    0,
    0,
    0x9d,
    0x01,
    0x2a,
    16,
    0,
    16,
    0,
  ]);
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(sequenceNumber * 3000, 4);
  packet.writeUInt32BE(1111, 8);
  return packet;
}

const deltaFrame = (sequenceNumber: number) => videoPacket(sequenceNumber, 1);
const keyFrame = (sequenceNumber: number) => videoPacket(sequenceNumber, 0);
