import { Writable } from 'node:stream';
import { decode } from '@msgpack/msgpack';
import { describe, expect, it, vi } from 'vitest';
import { readMessages, readTextFrames } from '../../../test/support/read-frames.ts';
import { HubCounters } from '../../shared/tally.ts';
import { EventBatch } from './event-batch.ts';
import { FrameEncoding } from './frame-encoding.ts';
import { FrameMemory } from './frame-memory.ts';
import { Outbox } from './outbox.ts';
import { TurnFlusher } from './turn-flusher.ts';

/** A socket that takes everything at once, or nothing until it is released; it counts writes as a kernel would. */
class TestSocket extends Writable {
  readonly texts: string[] = [];
  writes = 0;
  stalled = false;
  #release: (() => void) | undefined;

  readonly #read: (bytes: Buffer) => string[];

  constructor(read: (bytes: Buffer) => string[] = readTextFrames) {
    super({ highWaterMark: 1 });
    this.#read = read;
  }

  override _writev(chunks: { chunk: Buffer }[], callback: () => void): void {
    this.#take(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#take(chunk, callback);
  }

  release(): void {
    this.stalled = false;
    this.#release?.();
  }

  /** A stalled socket reads its memory only when it is released, as a kernel would, so that reuse before that shows. */
  #take(bytes: Buffer, callback: () => void): void {
    this.writes += 1;
    const deliver = () => {
      this.texts.push(...this.#read(bytes));
      callback();
    };
    if (this.stalled) this.#release = deliver;
    else deliver();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(maxQueueBytes = 10_000) {
  const socket = new TestSocket();
  const flusher = new TurnFlusher();
  const onOverflow = vi.fn();
  const outbox = new Outbox({
    socket,
    flusher,
    counters: new HubCounters(),
    maxQueueBytes,
    onOverflow,
  });
  return { socket, flusher, outbox, onOverflow };
}

function batchOf(...bodies: string[]): EventBatch {
  const batch = new EventBatch(new FrameMemory());
  for (const body of bodies) batch.append([`{"method":"message","params":"${body}","seq":`]);
  return batch;
}

describe('Outbox', () => {
  it('sends what came in one turn in one write, in order', async () => {
    const { socket, outbox } = setUp();
    outbox.pushText(['"reply 茶"']);
    outbox.pushEvents(batchOf('a', 'b'), 0, 2, 5);
    outbox.pushPing();
    outbox.pushText(['"last"']);
    expect(socket.writes).toBe(0);
    await turn();
    expect(socket.writes).toBe(1);
    const [first, a, b, last] = socket.texts.map((text) => JSON.parse(text));
    expect([first, a.params, a.seq, b.params, b.seq, last]).toEqual(['reply 茶', 'a', 5, 'b', 6, 'last']);
  });

  it('sends large events without copying what is shared, and keeps the order', async () => {
    const { socket, outbox } = setUp();
    const large = 'x'.repeat(30_000);
    outbox.pushText(['"before"']);
    outbox.pushEvents(batchOf(large, large), 1, 2, 8);
    outbox.pushEvents(batchOf('small'), 0, 1, 9);
    await turn();
    const [before, event, small] = socket.texts.map((text) => JSON.parse(text));
    expect([before, event.seq, event.params === large, small.seq]).toEqual(['before', 8, true, 9]);
    expect(socket.writes).toBe(1);
  });

  it('does not reuse memory that a slow socket still needs', async () => {
    const { socket, outbox, flusher } = setUp();
    const other = new Outbox({
      socket: new TestSocket(),
      flusher,
      counters: new HubCounters(),
      maxQueueBytes: 10_000,
      onOverflow: () => {},
    });
    socket.stalled = true;
    outbox.pushText(['"slow"']);
    await turn();
    for (let round = 0; round < 10; round += 1) {
      other.pushText(['"something else that would overwrite it"']);
      outbox.pushText([`"${round}"`]);
      await turn();
    }
    socket.release();
    await turn();
    expect(socket.texts).toEqual(['"slow"', ...Array.from({ length: 10 }, (_, round) => `"${round}"`)]);
  });

  it('cuts a peer that does not read, once, and lets no later event through', async () => {
    const { socket, outbox, onOverflow } = setUp(1_000);
    const done = vi.fn();
    onOverflow.mockImplementation(() => {
      outbox.pushEvents(batchOf('later'), 0, 1, 2);
      outbox.pushText(['"disconnect"']);
      outbox.finish(done);
    });
    socket.stalled = true;
    outbox.pushText(['"taken by the socket, not read"']);
    await turn();
    outbox.pushEvents(batchOf('x'.repeat(2_000)), 0, 1, 1);
    await turn();
    expect(onOverflow).toHaveBeenCalledTimes(1);
    expect(done).not.toHaveBeenCalled();
    await turn();
    expect(done).toHaveBeenCalledTimes(1);
    socket.release();
    await turn();
    expect(socket.texts).toEqual(['"taken by the socket, not read"', '"disconnect"']);
    expect(onOverflow).toHaveBeenCalledTimes(1);
  });

  it('never cuts a peer that has read everything so far', async () => {
    const { socket, outbox, onOverflow } = setUp(1_000);
    outbox.pushText([JSON.stringify('x'.repeat(5_000))]);
    await turn();
    expect(onOverflow).not.toHaveBeenCalled();
    expect(socket.texts).toHaveLength(1);
  });

  it('takes nothing more after it was finished', async () => {
    const { socket, outbox } = setUp();
    outbox.pushText(['"last"']);
    outbox.finish(() => {});
    outbox.pushText(['"too late"']);
    await turn();
    expect(socket.texts).toEqual(['"last"']);
  });

  describe.each([
    ['packed', { packed: true, compressed: false }],
    ['compressed', { packed: false, compressed: true }],
    ['packed and compressed', { packed: true, compressed: true }],
  ])('in an encoding, %s', (_, kind) => {
    const encoding = new FrameEncoding(kind);
    const read = (bytes: Buffer) =>
      readMessages(bytes).map(({ binary, payload }) => (binary ? JSON.stringify(decode(payload)) : payload.toString()));

    function receivers(count: number) {
      const flusher = new TurnFlusher();
      return Array.from({ length: count }, () => {
        const socket = new TestSocket(read);
        const options = { socket, flusher, counters: new HubCounters(), maxQueueBytes: 1e7, onOverflow: () => {} };
        return { socket, outbox: new Outbox({ ...options, encoding }) };
      });
    }

    it.each([10, 3_000, 60_000])('numbers %i bytes for each, one who stalls between two others too', async (size) => {
      const all = receivers(3);
      const [, stalled] = all;
      if (stalled) stalled.socket.stalled = true;
      const bodies = ['first', 'x'.repeat(size), Array.from({ length: size }, (__, at) => `${at}`).join(' ')];
      const batch = batchOf(...bodies);
      for (const [index, { outbox }] of all.entries()) outbox.pushEvents(batch, 0, 3, 999_999_999 >> (index * 10));
      await turn();
      // What comes next would be written over bytes that are still needed.
      for (const { outbox } of all) outbox.pushEvents(batchOf('later'), 0, 1, 5);
      await turn();
      stalled?.socket.release();
      await turn();
      for (const [index, { socket }] of all.entries()) {
        const first = 999_999_999 >> (index * 10);
        const values = socket.texts.map((text) => JSON.parse(text));
        expect(values.map(({ seq }) => seq)).toEqual([first, first + 1, first + 2, 5]);
        expect(values.map(({ params }) => params)).toEqual([...bodies, 'later']);
      }
    });

    it('sends replies and events in order, in one write', async () => {
      const [receiver] = receivers(1);
      receiver?.outbox.pushText([JSON.stringify('x'.repeat(20_000))]);
      receiver?.outbox.pushEvents(batchOf('a'), 0, 1, 1);
      receiver?.outbox.pushText(['{"id":1}']);
      await turn();
      expect(receiver?.socket.writes).toBe(1);
      const [first, event, last] = receiver?.socket.texts.map((text) => JSON.parse(text)) ?? [];
      expect([first.length, event.params, last]).toEqual([20_000, 'a', { id: 1 }]);
    });
  });
});
