import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { readTextFrames } from '../../../test/support/read-frames.ts';
import { HubCounters } from '../../shared/tally.ts';
import type { EventBatch } from './event-batch.ts';
import { Outbox } from './outbox.ts';
import { RoomFeed } from './room-feed.ts';
import { TurnFlusher } from './turn-flusher.ts';

/** A member with a socket that keeps the very memory it was given until it is told to read it. */
class Member extends Writable {
  feedPosition = 0;
  rosterPlace = 0;
  readonly seqs: number[] = [];
  readonly #outbox: Outbox;
  readonly #slow: boolean;
  #seq: number;
  #read: (() => void) | undefined;

  constructor(flusher: TurnFlusher, { seq, slow }: { seq: number; slow: boolean }) {
    super({ highWaterMark: 1 });
    const onOverflow = () => undefined;
    this.#outbox = new Outbox({
      socket: this,
      flusher,
      counters: new HubCounters(),
      maxQueueBytes: 10_000,
      onOverflow,
    });
    this.#seq = seq;
    this.#slow = slow;
  }

  accept(batch: EventBatch, from: number, to: number): void {
    this.#outbox.pushEvents(batch, from, to, this.#seq + 1);
    this.#seq += to - from;
  }

  flush(...[arena]: Parameters<Outbox['flush']>): void {
    this.#outbox.flush(arena);
  }

  read(): void {
    this.#read?.();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    const take = () => {
      this.seqs.push(...readTextFrames(chunk).map((text) => JSON.parse(text).seq));
      callback();
    };
    if (this.#slow) this.#read = take;
    else take();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('gives members of a room the same bytes with their own numbers, and leaves a slow one its memory', async () => {
  const flusher = new TurnFlusher();
  const feed = new RoomFeed(flusher, { maxEvents: 100, maxBytes: 10_000, maxAgeMs: 60_000 });
  const members = [99_998, 7, 500, 0].map((seq, index) => new Member(flusher, { seq, slow: index === 1 }));
  for (const member of members) feed.add(member);
  for (const letter of 'ab') feed.publish([`{"method":"message","params":"${letter}","seq":`]);
  await turn();
  members[1]?.read();
  expect(members.map(({ seqs }) => seqs)).toEqual([
    [99_999, 100_000],
    [8, 9],
    [501, 502],
    [1, 2],
  ]);
});
