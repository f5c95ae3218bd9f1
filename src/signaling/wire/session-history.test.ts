import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBatch } from './event-batch.ts';
import type { HistoryLimits } from './history-limits.ts';
import { type FeedReader, RoomFeed } from './room-feed.ts';
import { SendArena } from './send-arena.ts';
import { SessionHistory } from './session-history.ts';
import { TurnFlusher } from './turn-flusher.ts';

const ample: HistoryLimits = { maxEvents: 1_000, maxBytes: 1e6, maxAgeMs: 60_000 };
const headOf = (content: number) => `{"method":"message","params":${content},"seq":`;

/** A session as far as its events go: what it got, and what a resume would give it again. */
class Reader implements FeedReader {
  feedPosition = 0;
  rosterPlace = 0;
  readonly got: number[] = [];
  readonly #feed: RoomFeed;
  readonly #history: SessionHistory;

  constructor(feed: RoomFeed, limits: HistoryLimits) {
    this.#feed = feed;
    this.#history = new SessionHistory(feed, limits);
    feed.add(this);
  }

  accept(batch: EventBatch, from: number, to: number): void {
    this.#history.addRoomEvents(this.feedPosition - (to - from), this.feedPosition);
    for (let index = from; index < to; index += 1) this.got.push(contentOf(`${batch.headAt(index)}0}`));
  }

  flush(): void {}

  receiveOwn(content: number): void {
    this.#feed.pull(this);
    this.#history.addOwnEvent(headOf(content));
    this.got.push(content);
  }

  /** Contents of the events after a number, and undefined when some are gone. */
  replayAfter(seq: number): number[] | undefined {
    this.#feed.pull(this);
    return this.#history.eventsAfter(seq, this.got.length)?.map(({ head }) => contentOf(`${head}0}`));
  }

  /** The numbers of the events after a number. */
  numbersAfter(seq: number): number[] {
    return (this.#history.eventsAfter(seq, this.got.length) ?? []).map((event) => event.seq);
  }
}

const contentOf = (text: string): number => JSON.parse(text).params;

function setUp(limits: HistoryLimits) {
  const feed = new RoomFeed(new TurnFlusher(), limits);
  const [reader, other] = [new Reader(feed, limits), new Reader(feed, limits)];
  const endTurn = () => feed.distribute(new SendArena());
  return { feed, reader, other, endTurn };
}

const action = fc.constantFrom(
  'room',
  'room',
  'room',
  'own',
  'exceptReader',
  'exceptOther',
  'otherOwn',
  'turn',
  'turn',
);

function play(actions: string[], { feed, reader, other, endTurn }: ReturnType<typeof setUp>): void {
  actions.forEach((name, content) => {
    if (name === 'room') feed.publish([headOf(content)]);
    if (name === 'exceptReader') feed.publish([headOf(content)], reader);
    if (name === 'exceptOther') feed.publish([headOf(content)], other);
    if (name === 'own') reader.receiveOwn(content);
    if (name === 'otherOwn') other.receiveOwn(content);
    if (name === 'turn') endTurn();
  });
}

describe('SessionHistory', () => {
  it('gives every event after a number once, in order and with its number, in any mixture of room and own events', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), fc.nat(130), (actions, after) => {
        const scene = setUp(ample);
        play(actions, scene);
        for (const reader of [scene.reader, scene.other]) {
          const events = reader.replayAfter(after);
          if (after > reader.got.length) expect(events).toBeUndefined();
          else expect(events).toEqual(reader.got.slice(after));
          const numbers = Array.from({ length: reader.got.length - after }, (_, index) => after + index + 1);
          expect(reader.numbersAfter(after)).toEqual(after > reader.got.length ? [] : numbers);
        }
      }),
    );
  });

  it('gives all or nothing beyond its bounds, and always what is within half of them', () => {
    const limits = { maxEvents: 12, maxBytes: 1e6, maxAgeMs: 60_000 };
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), fc.nat(200), (actions, after) => {
        const scene = setUp(limits);
        play(actions, scene);
        scene.endTurn();
        const { got } = scene.reader;
        const events = scene.reader.replayAfter(after);
        if (events) expect(events).toEqual(got.slice(after));
        else
          expect(after > got.length || got.length - after + countsOfOthers(actions) > limits.maxEvents / 2).toBe(true);
      }),
    );
  });

  it('forgets by size, too', () => {
    const { feed, reader, endTurn } = setUp({ maxEvents: 1_000, maxBytes: 500, maxAgeMs: 60_000 });
    for (let content = 0; content < 40; content += 1) {
      feed.publish([headOf(content)]);
      endTurn();
    }
    expect(reader.replayAfter(0)).toBeUndefined();
    expect(reader.replayAfter(35)).toEqual([35, 36, 37, 38, 39]);
    for (let content = 40; content < 80; content += 1) reader.receiveOwn(content);
    expect(reader.replayAfter(35)).toBeUndefined();
    expect(reader.replayAfter(77)).toEqual([77, 78, 79]);
  });

  it('has nothing for a number that was never given', () => {
    expect(setUp(ample).reader.replayAfter(1)).toBeUndefined();
  });
});

/** Events of the room that the reader did not get fill the room's history all the same. */
function countsOfOthers(actions: string[]): number {
  return actions.filter((name) => name === 'exceptReader').length;
}
