import { describe, expect, it } from 'vitest';
import type { EventBatch } from './event-batch.ts';
import { type FeedReader, RoomFeed } from './room-feed.ts';
import { TurnFlusher } from './turn-flusher.ts';

class Reader implements FeedReader {
  feedPosition = 0;
  rosterPlace = 0;
  /** The events that it has got, by their order in the feed's batches. */
  readonly got: string[] = [];

  accept(batch: EventBatch, from: number, to: number): void {
    for (let index = from; index < to; index += 1) this.got.push(textAt(batch, index));
  }

  /** It has no socket. */
  flush(): void {}
}

/** Reading a batch ends it, so the content is told by the size of the frame: event "a" has one character, and so on. */
function textAt(batch: EventBatch, index: number): string {
  return 'abcdefgh'.charAt(batch.byteLength(index, index + 1) - 13);
}

/** An event whose frame is 13, 14, … bytes long: two of header, eleven of tail, none of its own for `a`. */
const event = (letter: string) => ' '.repeat('abcdefgh'.indexOf(letter));

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('RoomFeed', () => {
  it('gives everyone all events in order, at the end of the turn', async () => {
    const feed = new RoomFeed(new TurnFlusher(), { maxEvents: 100, maxBytes: 10_000, maxAgeMs: 60_000 });
    const readers = [new Reader(), new Reader()];
    for (const reader of readers) feed.add(reader);
    for (const letter of 'abc') feed.publish([event(letter)]);
    expect(readers[0]?.got).toEqual([]);
    await turn();
    feed.publish([event('d')]);
    await turn();
    for (const reader of readers) expect(reader.got.join('')).toBe('abcd');
  });

  it('leaves out the one that an event is not for', async () => {
    const feed = new RoomFeed(new TurnFlusher(), { maxEvents: 100, maxBytes: 10_000, maxAgeMs: 60_000 });
    const [sender, other] = [new Reader(), new Reader()];
    feed.add(sender);
    feed.add(other);
    feed.publish([event('a')]);
    feed.publish([event('b')], sender);
    feed.publish([event('c')]);
    await turn();
    feed.publish([event('d')], other);
    feed.publish([event('e')]);
    await turn();
    expect(sender.got.join('')).toBe('acde');
    expect(other.got.join('')).toBe('abce');
  });

  it('spares a newcomer what was queued before it came, and gives a leaver all of it', async () => {
    const feed = new RoomFeed(new TurnFlusher(), { maxEvents: 100, maxBytes: 10_000, maxAgeMs: 60_000 });
    const [early, late] = [new Reader(), new Reader()];
    feed.add(early);
    feed.publish([event('a')]);
    feed.add(late);
    feed.publish([event('b')]);
    feed.remove(early);
    feed.publish([event('c')]);
    await turn();
    expect(early.got.join('')).toBe('ab');
    expect(late.got.join('')).toBe('bc');
  });

  it('lets a reader take what there is before it gets something else', async () => {
    const feed = new RoomFeed(new TurnFlusher(), { maxEvents: 100, maxBytes: 10_000, maxAgeMs: 60_000 });
    const reader = new Reader();
    feed.add(reader);
    feed.publish([event('a')]);
    feed.pull(reader);
    expect(reader.got.join('')).toBe('a');
    feed.publish([event('b')]);
    await turn();
    feed.pull(reader);
    expect(reader.got.join('')).toBe('ab');
  });
});
