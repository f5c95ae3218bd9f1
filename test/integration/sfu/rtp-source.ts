import { once } from 'node:events';
import type { types } from 'mediasoup';
import { mediaCodecs } from '../../../src/sfu/codecs.ts';
import { MediaWorker } from '../../../src/sfu/media-worker.ts';
import { RoomNode } from '../../../src/sfu/room-node.ts';
import { RoomTrack } from '../../../src/sfu/room-track.ts';
import { createSilentLogger } from '../../../src/shared/logger.ts';
import { workerBin } from '../../support/worker-bin.ts';

const audioLevelUri = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

/** A room's node on a worker of its own. */
export async function startNode(): Promise<{ worker: MediaWorker; node: RoomNode }> {
  const listen: types.TransportListenInfo[] = [{ protocol: 'udp', ip: '127.0.0.1' }];
  const worker = await MediaWorker.start({ workerBin: workerBin(), listen, logger: createSilentLogger() });
  return { worker, node: await RoomNode.create(worker, mediaCodecs(['opus', 'VP8'])) };
}

const ssrc = 1111;

/** A publisher whose packets are made by the test. */
export async function produce(node: RoomNode, kind: 'audio' | 'video', options: Partial<types.ProducerOptions> = {}) {
  const transport = await node.router.createDirectTransport();
  const producer = await transport.produce({
    kind,
    rtpParameters: kind === 'audio' ? opus : vp8,
    ...options,
  });
  return { transport, producer };
}

const opus: types.RtpParameters = {
  codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
  headerExtensions: [{ uri: audioLevelUri, id: 1 }],
  encodings: [{ ssrc }],
};

const vp8: types.RtpParameters = {
  codecs: [
    { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] },
  ],
  encodings: [{ ssrc }],
};

export function trackOf(node: RoomNode, producer: types.Producer, participantId = 'ann'): RoomTrack {
  return new RoomTrack({ id: `track-of-${participantId}`, participantId, producer, node, source: 'microphone' });
}

/** RTP (RFC 3550 section 5.1) with one audio level (RFC 6464) as a one-byte header extension (RFC 8285 section 4.2). */
export function audioPacket(sequenceNumber: number, decibels = 20): Buffer {
  const packet = Buffer.from([
    ...[0x90, 111, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0xbe, 0xde, 0, 1, 0x10, 0x80 | decibels, 0, 0],
    ...[0x78, 1, 2, 3],
  ]);
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(sequenceNumber * 960, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** Consumes a producer of a node's router and counts the packets that arrive. */
export async function consume(node: RoomNode, producerId: string) {
  const transport = await node.router.createDirectTransport();
  const consumer = await transport.consume({ producerId, rtpCapabilities: node.router.rtpCapabilities });
  const received = { packets: 0 };
  consumer.on('rtp', () => {
    received.packets += 1;
  });
  return { consumer, received };
}

/** Sends packets of 20 ms each, at once, and waits until the last one has arrived. */
export async function sendAndReceive(producer: types.Producer, consumer: types.Consumer, count: number) {
  for (let sent = 0; sent < count; sent += 1) {
    const arrived = once(consumer, 'rtp', { signal: AbortSignal.timeout(2_000) });
    producer.send(audioPacket(sent));
    await arrived;
  }
}
