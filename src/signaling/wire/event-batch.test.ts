import { describe, expect, it, vi } from 'vitest';
import { readTextFrames } from '../../../test/support/read-frames.ts';
import { EventBatch } from './event-batch.ts';
import { rawEventHead } from './event-text.ts';
import { FrameMemory } from './frame-memory.ts';

function batchOf(...bodies: string[]): EventBatch {
  const batch = new EventBatch(new FrameMemory());
  for (const body of bodies) batch.append([rawEventHead('message', `{"body":${JSON.stringify(body)}}`)]);
  return batch;
}

function bytesOf(batch: EventBatch, { from, to, firstSeq }: { from: number; to: number; firstSeq: number }): Buffer {
  const bytes = Buffer.alloc(batch.byteLength(from, to));
  expect(batch.copyTo(bytes, 0, { from, to, firstSeq })).toBe(bytes.length);
  return bytes;
}

describe('EventBatch', () => {
  it('gives each receiver the same events with numbers of its own', () => {
    const batch = batchOf('one', 'two', 'three');
    const seen = (from: number, firstSeq: number) =>
      readTextFrames(bytesOf(batch, { from, to: 3, firstSeq })).map((text) => JSON.parse(text));
    expect(seen(0, 9)).toEqual([
      { method: 'message', params: { body: 'one' }, seq: 9 },
      { method: 'message', params: { body: 'two' }, seq: 10 },
      { method: 'message', params: { body: 'three' }, seq: 11 },
    ]);
    expect(seen(1, 1)).toEqual([
      { method: 'message', params: { body: 'two' }, seq: 1 },
      { method: 'message', params: { body: 'three' }, seq: 2 },
    ]);
    expect(seen(2, 9_999_999_999)[0].seq).toBe(9_999_999_999);
  });

  it('numbers the bytes of one receiver anew for another, whose numbers may be shorter', () => {
    const batch = batchOf('one', 'two');
    const bytes = bytesOf(batch, { from: 0, to: 2, firstSeq: 99_999_999 });
    batch.number(bytes, 0, { from: 0, to: 2, firstSeq: 9 });
    expect(bytes).toEqual(bytesOf(batch, { from: 0, to: 2, firstSeq: 9 }));
  });

  it.each([0, 1, 60, 61, 62, 63, 64, 65, 66, 67, 68, 65_460, 65_470, 65_471, 65_472, 65_480, 200_000])(
    'frames a body of %i characters with the right header',
    (length) => {
      const body = 'x'.repeat(length);
      const [text = ''] = readTextFrames(bytesOf(batchOf(body), { from: 0, to: 1, firstSeq: 7 }));
      expect(JSON.parse(text)).toEqual({ method: 'message', params: { body }, seq: 7 });
    },
  );

  it('counts bytes, not characters', () => {
    const [text = ''] = readTextFrames(bytesOf(batchOf('茶😀é'), { from: 0, to: 1, firstSeq: 1 }));
    expect(JSON.parse(text).params.body).toBe('茶😀é');
  });

  it('has its memory used again, unless sockets may still have parts of it', () => {
    const memory = new FrameMemory();
    const batch = (body: string) => {
      const made = new EventBatch(memory);
      for (let index = 0; index < 3; index += 1) made.append([rawEventHead('message', `"${body}"`)]);
      return made;
    };
    const range = { from: 0, to: 3, firstSeq: 1 };
    const first = batch('a'.repeat(200));
    const [copied, shared] = [bytesOf(first, range), Buffer.concat(first.chunksOf(range))];
    const kept = first.chunksOf(range);
    first.release();
    const second = batch('b'.repeat(200));
    expect(Buffer.concat(kept)).toEqual(shared);
    const expected = bytesOf(second, range);
    second.release();
    const third = batch('c'.repeat(200));
    expect([copied, bytesOf(third, range), expected].map((bytes) => String.fromCharCode(bytes[100] ?? 0))).toEqual([
      'a',
      'c',
      'b',
    ]);
  });

  it('grows by leaps, however many events a turn brings', () => {
    const memory = new FrameMemory();
    const take = vi.spyOn(memory, 'take');
    const batch = new EventBatch(memory);
    for (let index = 0; index < 2_000; index += 1) batch.append([rawEventHead('message', `"${'x'.repeat(300)}"`)]);
    expect(take.mock.calls.length).toBeLessThan(20);
    expect(readTextFrames(bytesOf(batch, { from: 0, to: 2_000, firstSeq: 1 }))).toHaveLength(2_000);
  });

  it('gives the same bytes in shared chunks', () => {
    const batch = batchOf('a'.repeat(20_000), 'b', 'c'.repeat(70_000));
    const range = { from: 0, to: 3, firstSeq: 41 };
    expect(Buffer.concat(batch.chunksOf(range))).toEqual(bytesOf(batch, range));
  });
});
