import { decode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessages } from '../../../test/support/read-frames.ts';
import { wireLimits } from '../../shared/limits.ts';
import { EventBatch } from './event-batch.ts';
import type { EventFrames } from './event-frames.ts';
import { rawEventHead } from './event-text.ts';
import { FrameEncoding } from './frame-encoding.ts';
import { FrameMemory } from './frame-memory.ts';

const encodings = {
  packed: new FrameEncoding({ packed: true, compressed: false }),
  'compressed JSON': new FrameEncoding({ packed: false, compressed: true }),
  'compressed packed': new FrameEncoding({ packed: true, compressed: true }),
};
const each = Object.entries(encodings);
const large = 'Tea is ready. '.repeat(500);

function batchOf(...bodies: unknown[]): EventBatch {
  const batch = new EventBatch(new FrameMemory());
  for (const body of bodies) batch.append([rawEventHead('message', `{"body":${JSON.stringify(body)}}`)]);
  return batch;
}

function bytesOf(frames: EventFrames, range: { from: number; to: number; firstSeq: number }): Buffer {
  const bytes = Buffer.alloc(frames.byteLength(range.from, range.to));
  expect(frames.copyTo(bytes, 0, range)).toBe(bytes.length);
  return bytes;
}

const valuesOf = (bytes: Buffer): unknown[] =>
  readMessages(bytes).map(({ binary, payload }) => (binary ? decode(payload) : JSON.parse(payload.toString())));

describe.each(each)('frames, %s', (_, encoding) => {
  it('say what the JSON frames say, for any event', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ stringUnit: 'binary' }), { minLength: 1, maxLength: 5 }), (bodies) => {
        // The library that reads refuses this key.
        fc.pre(!JSON.stringify(bodies).includes('__proto__'));
        const batch = batchOf(...bodies);
        const range = { from: 0, to: bodies.length, firstSeq: 1 };
        const expected = valuesOf(bytesOf(batch, range));
        expect(valuesOf(bytesOf(batch.encodedAs(encoding), range))).toEqual(expected);
      }),
    );
  });

  it('have a number of each receiver’s own, whatever stood there before', () => {
    const frames = batchOf('one', large, { three: large }).encodedAs(encoding);
    const range = (firstSeq: number) => ({ from: 0, to: 3, firstSeq });
    const bytes = bytesOf(frames, range(4_000_000_000));
    for (const firstSeq of [4_000_000_000, 9, 123_456, 1]) {
      frames.number(bytes, 0, range(firstSeq));
      expect(bytes).toEqual(bytesOf(frames, range(firstSeq)));
      expect(Buffer.concat(frames.chunksOf(range(firstSeq)))).toEqual(bytes);
      expect(valuesOf(bytes)).toEqual([
        { method: 'message', params: { body: 'one' }, seq: firstSeq },
        { method: 'message', params: { body: large }, seq: firstSeq + 1 },
        { method: 'message', params: { body: { three: large } }, seq: firstSeq + 2 },
      ]);
    }
  });

  it('can be asked for while more events come, and after the JSON has been written', () => {
    const batch = batchOf('one');
    const frames = batch.encodedAs(encoding);
    expect(frames.byteLength(0, 1)).toBeGreaterThan(0);
    batch.append([rawEventHead('message', `{"body":"茶 ${large}"}`)]);
    bytesOf(batch, { from: 0, to: 2, firstSeq: 1 });
    expect(valuesOf(bytesOf(frames, { from: 1, to: 2, firstSeq: 7 }))).toEqual([
      { method: 'message', params: { body: `茶 ${large}` }, seq: 7 },
    ]);
    expect(batch.encodedAs(encoding)).toBe(frames);
  });

  it.each([0, 1, 60, 100, 130, 1_300, 1_400, 65_000, 65_470, 65_536, 200_000])(
    'say the same of a body of %i random characters and of equal ones',
    (length) => {
      const random = Array.from({ length }, () => String.fromCharCode(32 + Math.random() * 90)).join('');
      const bodies = [random, 'x'.repeat(length)];
      const values = valuesOf(bytesOf(batchOf(...bodies).encodedAs(encoding), { from: 0, to: 2, firstSeq: 1 }));
      expect(values).toMatchObject(bodies.map((body) => ({ params: { body } })));
      const texts = bodies.map((body) => encoding.encodeText(JSON.stringify({ id: 1, result: { body } })));
      expect(valuesOf(Buffer.concat(texts))).toEqual(bodies.map((body) => ({ id: 1, result: { body } })));
    },
  );
});

describe('compression', () => {
  const encoding = encodings['compressed JSON'];
  const isCompressed = (frame: Buffer) => readMessages(frame)[0]?.compressed;

  it('leaves what is small as it is, and what does not become smaller', () => {
    const random = Array.from({ length: 5_000 }, () => String.fromCharCode(0x4e00 + Math.random() * 20_000)).join('');
    const text = (length: number) => JSON.stringify('x'.repeat(length - 2));
    expect(isCompressed(encoding.encodeText(text(wireLimits.compressAboveBytes)))).toBe(false);
    expect(isCompressed(encoding.encodeText(text(wireLimits.compressAboveBytes + 1)))).toBe(true);
    const bytes = Buffer.from(JSON.stringify(random));
    expect(encoding.encodeText(bytes.toString()).length).toBeLessThanOrEqual(bytes.length + 10);
  });

  it.each(each)('does not tell by the size what stands next to the secret of a session (%s)', (_, encoding) => {
    const reply = (token: string, guess: string) => {
      const participants = Array.from({ length: 30 }, (__, index) => ({ id: `p${index}`, metadata: { guess } }));
      return encoding.encodeText(JSON.stringify({ id: 1, result: { session: 's', resumeToken: token, participants } }));
    };
    const [one, two] = ['b64fV-ov8wFuDLIz70JqkCOq4PyGiH-x', 'zzVDhsPx3fJrm-8RkLLbX2dEUxA9QyTq'];
    const gain = (token: string) => reply(token, one).length - reply(token, two).length;
    expect(gain(one)).toBe(gain(two));
    expect(valuesOf(reply(one, two))).toMatchObject([{ result: { resumeToken: one } }]);
  });

  it('makes an event many times smaller, all but its number', () => {
    const { frame, seqAt } = encoding.encodeEvent(rawEventHead('message', `{"body":"${large}"}`));
    expect(isCompressed(frame)).toBe(true);
    expect(frame.length).toBeLessThan(200);
    // The number and the brace stand as they are, before the beginning of the block that ends every message.
    expect(frame.subarray(seqAt).toString('latin1')).toBe(`${' '.repeat(10)}}\0`);
  });
});
