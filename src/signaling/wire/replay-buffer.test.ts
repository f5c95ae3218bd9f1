import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBatch } from './event-batch.ts';
import { ReplayBuffer } from './replay-buffer.ts';

function batchOf(...numbers: number[]): EventBatch {
  const batch = new EventBatch();
  for (const number of numbers) batch.append(`{"method":"message","params":${number},"seq":`);
  return batch;
}

/** What a client would get: each event's content with its number. */
function replayed(buffer: ReplayBuffer, seq: number, lastSeq: number): [params: number, seq: number][] | undefined {
  return buffer.eventsAfter(seq, lastSeq)?.flatMap(({ batch, from, to, firstSeq }) => {
    const bytes = Buffer.alloc(batch.byteLength(from, to));
    batch.copyTo(bytes, 0, { from, to, firstSeq });
    const texts = bytes.toString('latin1').match(/\{"method.*?\}/g) ?? [];
    return texts.map((text): [number, number] => {
      const { params, seq: number } = JSON.parse(text);
      return [params, number];
    });
  });
}

describe('ReplayBuffer', () => {
  it('gives what comes after a number, and nothing twice', () => {
    const buffer = new ReplayBuffer({ maxEvents: 10, maxBytes: 10_000 });
    buffer.push(batchOf(1, 2, 3), 0, 3);
    buffer.push(batchOf(99, 4, 5), 1, 3);
    expect(replayed(buffer, 2, 5)).toEqual([
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
    expect(replayed(buffer, 5, 5)).toEqual([]);
    expect(replayed(buffer, 0, 5)).toHaveLength(5);
  });

  it('has no answer for numbers that were never given', () => {
    expect(new ReplayBuffer({ maxEvents: 10, maxBytes: 10_000 }).eventsAfter(1, 0)).toBeUndefined();
  });

  it('forgets the oldest beyond its bounds, and says so', () => {
    const buffer = new ReplayBuffer({ maxEvents: 3, maxBytes: 10_000 });
    for (let number = 1; number <= 5; number += 1) buffer.push(batchOf(number), 0, 1);
    expect(buffer.length).toBe(3);
    expect(replayed(buffer, 1, 5)).toBeUndefined();
    expect(replayed(buffer, 2, 5)).toEqual([
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
    const small = new ReplayBuffer({ maxEvents: 10, maxBytes: 10 });
    small.push(batchOf(1), 0, 1);
    expect([small.length, small.byteLength]).toEqual([0, 0]);
  });

  it('keeps order and completeness for any sequence of pushes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.nat(100), (pushes, after) => {
        const buffer = new ReplayBuffer({ maxEvents: 40, maxBytes: 100_000 });
        let last = 0;
        for (const size of pushes) {
          const numbers = Array.from({ length: size }, (_, index) => last + index + 1);
          buffer.push(batchOf(...numbers), 0, size);
          last += size;
        }
        const events = replayed(buffer, after, last);
        if (after > last || after < last - buffer.length) return events === undefined;
        const expected = Array.from({ length: last - after }, (_, index) => [after + index + 1, after + index + 1]);
        expect(events).toEqual(expected);
        return true;
      }),
    );
  });
});
