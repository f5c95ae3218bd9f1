import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamFramer } from './stream-framer.ts';

const anyFrame = fc.oneof(
  fc.tuple(fc.integer({ min: 0x40, max: 0x7f }), fc.uint8Array({ maxLength: 40 })).map(([first, payload]) => {
    const header = Buffer.from([first, 1, 0, payload.length]);
    return Buffer.concat([header, payload, Buffer.alloc(-payload.length & 3)]);
  }),
  fc.integer({ min: 0, max: 10 }).map((words) => {
    const message = Buffer.alloc(20 + words * 4, 0x11);
    message.writeUInt16BE(1, 0);
    message.writeUInt16BE(words * 4, 2);
    return message;
  }),
);

test('gives back the frames that were joined, however the stream is split', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 12 }), (frames, cuts) => {
      const stream = Buffer.concat(frames);
      const places = [0, ...cuts.map((cut) => Math.min(cut, stream.length)), stream.length].sort((a, b) => a - b);
      const received: Buffer[] = [];
      const framer = new StreamFramer((frame) => received.push(Buffer.from(frame)));
      places.slice(1).forEach((end, index) => {
        expect(framer.push(stream.subarray(places[index], end))).toBe(true);
      });
      expect(received).toEqual(frames);
    }),
  );
});

test('says when the stream begins neither STUN nor ChannelData', () => {
  for (const hex of ['80000000', 'ff010000', '00010001', '16030100']) {
    const bytes = Buffer.from(hex, 'hex');
    const understood = new StreamFramer(() => undefined).push(bytes);
    expect(understood, hex).toBe(hex === '16030100');
  }
});

test('never throws, whatever arrives', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), (chunks) => {
      const framer = new StreamFramer(() => undefined);
      for (const chunk of chunks) if (!framer.push(Buffer.from(chunk))) break;
      expect(framer.wantedBytes).toBeGreaterThanOrEqual(4);
    }),
  );
});
