import { expect, test } from 'vitest';
import { ReceiveStream } from './receive-stream.ts';
import { encodeReceiverReport, encodeSenderReport, keyFrameRequests, senderReports } from './rtcp.ts';
import { encodeExtensions, encodeRtp, isRtcp, readUint16Extension, rtpHeaderBytes } from './rtp.ts';
import { mediaSources, numberVp8, readIvf, readOggOpus, vp8DescriptorBytes } from './sources.ts';
import { TransportFeedback } from './transport-feedback.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');
const fields = { payloadType: 96, marker: true, sequence: 0x10002, timestamp: 2 ** 32 + 5, ssrc: 0x12345678 };

test('writes a packet as RFC 3550 and RFC 8285 draw it', () => {
  const extensions = encodeExtensions([
    { id: 4, value: Buffer.from('1') },
    { id: 10, value: Buffer.from('hi') },
  ]);
  const packet = encodeRtp(fields, extensions, Buffer.from([0xaa]));
  expect(packet).toEqual(hex('90e00002 00000005 12345678 bede0002 4031a168 69000000 aa'));
  expect(rtpHeaderBytes(packet)).toBe(packet.length - 1);
  expect(isRtcp(packet)).toBe(false);
});

test('finds a transport-wide sequence number among other extensions and padding', () => {
  const packet = encodeRtp(
    fields,
    encodeExtensions([
      { id: 1, value: Buffer.from([9]) },
      { id: 3, value: hex('abcd') },
    ]),
    Buffer.alloc(4),
  );
  expect(readUint16Extension(packet, 3)).toBe(0xabcd);
  expect(readUint16Extension(packet, 5)).toBeUndefined();
  expect(readUint16Extension(encodeRtp(fields, Buffer.alloc(0), Buffer.alloc(4)), 3)).toBeUndefined();
  expect(readUint16Extension(hex('90e00002 00000005 12345678 bede0001 00003abc'), 3)).toBeUndefined();
});

test('a sender report carries the middle of its NTP time, which a receiver report repeats', () => {
  const report = encodeSenderReport({ ssrc: 7, nowMs: 1500, timestamp: 90, packets: 3, bytes: 300 }, 'load');
  const [found] = senderReports(report);
  expect(found).toEqual({ ssrc: 7, middleNtp: (((2_208_988_801 & 0xffff) << 16) | 0x8000) >>> 0 });
  expect(report.length % 4).toBe(0);
  expect(isRtcp(report)).toBe(true);
});

test('reads who is asked for a key frame, by PLI and by FIR, in a compound packet', () => {
  const pli = hex('81ce0002 00000001 0000000a');
  const fir = hex('84ce0004 00000001 00000000 0000000b 01000000');
  expect(keyFrameRequests(Buffer.concat([encodeReceiverReport(1, []), pli, fir]))).toEqual([10, 11]);
  expect(keyFrameRequests(hex('81ce00ff 00000001'))).toEqual([]);
});

test('counts loss across a wrap of the sequence number', () => {
  const stream = new ReceiveStream(1, 90_000);
  const packetOf = (sequence: number): Buffer => encodeRtp({ ...fields, sequence }, Buffer.alloc(0), Buffer.alloc(10));
  for (const sequence of [65_533, 65_534, 0, 1, 3]) stream.add(packetOf(sequence), 0);
  expect(stream.received).toBe(5);
  expect(stream.lost).toBe(2);
  expect(stream.report(0)).toMatchObject({ lost: 2, fractionLost: Math.floor((2 * 256) / 7), highestSequence: 65_539 });
  expect(stream.report(0)).toMatchObject({ lost: 2, fractionLost: 0 });
});

test('jitter is zero for packets that come exactly as they were sent', () => {
  const steady = new ReceiveStream(1, 90_000);
  const shaky = new ReceiveStream(1, 90_000);
  for (let frame = 0; frame < 50; frame++) {
    const packet = encodeRtp({ ...fields, sequence: frame, timestamp: frame * 3600 }, Buffer.alloc(0), Buffer.alloc(1));
    steady.add(packet, frame * 40);
    shaky.add(packet, frame * 40 + (frame % 2) * 10);
  }
  expect(steady.jitterMs).toBeCloseTo(0);
  expect(shaky.jitterMs).toBeGreaterThan(5);
});

test('reports arrivals and gaps as the draft’s two-bit symbols with deltas of a quarter millisecond', () => {
  const feedback = new TransportFeedback();
  feedback.arrived(0xffff, 128);
  feedback.arrived(1, 129);
  feedback.arrived(2, 229);
  // Base 0xffff, four packets, reference 2 × 64 ms; received, not received, received, received late.
  expect(feedback.take({ senderSsrc: 1, mediaSsrc: 2 })).toEqual(
    hex('afcd0006 00000001 00000002 ffff0004 00000200 d1800004 01900002'),
  );
  expect(feedback.take({ senderSsrc: 1, mediaSsrc: 2 })).toBeUndefined();
});

test('the pre-encoded media can be sent: one key frame at the start of each layer, and Opus of 20 ms', () => {
  const { audio, video } = mediaSources();
  expect(audio.length).toBeGreaterThan(90);
  // Configuration numbers 0 to 31 and the frame count are in the first byte (RFC 6716, section 3.1).
  for (const packet of audio) expect((packet[0] ?? 0) & 3).toBe(0);
  expect(video).toHaveLength(3);
  for (const layer of video) {
    expect(layer).toHaveLength(75);
    expect(layer.map(({ keyFrame }) => keyFrame).indexOf(true)).toBe(0);
    expect(layer.filter(({ keyFrame }) => keyFrame)).toHaveLength(1);
    for (const payload of layer.flatMap(({ payloads }) => payloads)) expect(payload.length).toBeLessThanOrEqual(1106);
  }
});

test('numbers a VP8 payload where RFC 7741 has the picture id, TL0PICIDX and temporal layer', () => {
  const payload = Buffer.concat([hex('90e0 0000 00 00'), Buffer.from([1, 2, 3])]);
  numberVp8(payload, 0x8123);
  expect(payload.subarray(0, vp8DescriptorBytes)).toEqual(hex('90e0 8123 23 00'));
});

test('refuses files that are something else', () => {
  expect(() => readIvf(Buffer.alloc(64))).toThrow('IVF');
  expect(() => readOggOpus(Buffer.alloc(64))).toThrow('Ogg');
});
