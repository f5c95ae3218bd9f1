import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wireLimits } from '../../shared/limits.ts';
import { FrameReader } from './frame-reader.ts';
import { clientFrame } from './testing/client-frame.ts';
import { pushShared } from './testing/push-shared.ts';
import { Recorder } from './testing/recorder.ts';

const maxMessageBytes = 1_000;
const [text, binary, continuation, close, ping, pong] = [0x81, 0x82, 0x80, 0x88, 0x89, 0x8a];
const unfinished = (first: number) => first & 0x7f;
const compressed = (first: number) => first | 0x40;

function read(chunks: Buffer[], { inflates = false } = {}): string[] {
  const listener = new Recorder();
  const reader = new FrameReader({ listener, maxMessageBytes, inflates });
  for (const chunk of chunks) pushShared(reader, chunk);
  return listener.heard;
}

function deflated(payload: Buffer | string): Buffer {
  return deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

describe('what is read', () => {
  it('the masked examples of RFC 6455, section 5.7', () => {
    expect(read([Buffer.from('818537fa213d7f9f4d5158', 'hex')])).toEqual(['text Hello']);
    expect(read([Buffer.from('8a8537fa213d7f9f4d5158', 'hex')])).toEqual(['pong']);
  });

  it('the compressed examples of RFC 7692, section 7.2.3', () => {
    const hello = Buffer.from('f248cdc9c90700', 'hex');
    const options = { inflates: true };
    expect(read([clientFrame(compressed(text), hello)], options)).toEqual(['text Hello']);
    const parts = [
      clientFrame(unfinished(compressed(text)), hello.subarray(0, 3)),
      clientFrame(continuation, hello.subarray(3)),
    ];
    expect(read(parts, options)).toEqual(['text Hello']);
    const stored = Buffer.from('000500faff48656c6c6f00', 'hex');
    expect(read([clientFrame(compressed(text), stored)], options)).toEqual(['text Hello']);
    const final = Buffer.from('f348cdc9c9070000', 'hex');
    expect(read([clientFrame(compressed(text), final)], options)).toEqual(['text Hello']);
    const twoBlocks = Buffer.from('f24805000000ffffcac9c90700', 'hex');
    expect(read([clientFrame(compressed(text), twoBlocks)], options)).toEqual(['text Hello']);
  });

  it('each compressed message by itself', () => {
    const frame = clientFrame(compressed(binary), deflated('again'));
    expect(read([frame, frame], { inflates: true })).toEqual(Array(2).fill('binary 616761696e'));
  });

  it('messages of every form of length, as large as allowed', () => {
    for (const size of [0, 1, 125, 126, maxMessageBytes]) {
      expect(read([clientFrame(text, 'x'.repeat(size))])).toEqual([`text ${'x'.repeat(size)}`]);
    }
    const listener = new Recorder();
    new FrameReader({ listener, maxMessageBytes: 70_000, inflates: false }).push(
      clientFrame(binary, Buffer.alloc(70_000)),
    );
    expect(listener.heard).toEqual([`binary ${'00'.repeat(70_000)}`]);
  });

  it('control frames between the parts of a message', () => {
    const frames = [
      clientFrame(unfinished(text), 'a'),
      clientFrame(ping, 'now'),
      clientFrame(unfinished(continuation), ''),
      clientFrame(pong, ''),
      clientFrame(continuation, 'b'),
      clientFrame(text, 'c'),
    ];
    expect(read([Buffer.concat(frames)])).toEqual(['ping 6e6f77', 'pong', 'text ab', 'text c']);
  });

  it('replacement characters that the sender has written', () => {
    expect(read([clientFrame(text, 'a\ufffdb')])).toEqual(['text a\ufffdb']);
  });

  it('a character that is cut in two by a frame', () => {
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    expect(read([clientFrame(unfinished(text), first), clientFrame(continuation, second)])).toEqual(['text é']);
  });

  it('nothing after a close frame', () => {
    expect(read([clientFrame(close, Buffer.of(3, 232)), clientFrame(text, 'x')])).toEqual(['closing 1000']);
    expect(read([clientFrame(close, '')])).toEqual(['closing 1005']);
  });

  it('the same, wherever it is cut', () => {
    const payload = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.string({ unit: 'grapheme', minLength: 50, maxLength: 200 }),
    );
    const frame = fc.tuple(fc.constantFrom(text, binary, ping), payload, fc.uint8Array({ minLength: 4, maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(400)), (frames, sizes) => {
        const parts = frames.map(([first, body, key]) =>
          clientFrame(first, first === ping ? body.slice(0, 30) : body, Buffer.from(key)),
        );
        const bytes = Buffer.concat(parts);
        expect(read(cut(bytes, sizes))).toEqual(read(parts));
        expect(read(cut(bytes, Array(bytes.length).fill(1)))).toEqual(read(parts));
      }),
    );
  });
});

describe('what is refused', () => {
  it.each<[string, Buffer]>([
    ['a frame without a mask', Buffer.from('810548656c6c6f', 'hex')],
    ['a reserved bit', clientFrame(0x91, 'x')],
    ['a compressed message that nobody asked for', clientFrame(compressed(text), deflated('x'))],
    ['an unknown kind of frame', clientFrame(0x83, 'x')],
    ['an unknown kind of control frame', clientFrame(0x8b, 'x')],
    ['a control frame in parts', clientFrame(unfinished(ping), 'x')],
    ['a control frame that is too long', clientFrame(ping, 'x'.repeat(126))],
    ['a part of nothing', clientFrame(continuation, 'x')],
    ['a message within another', Buffer.concat([clientFrame(unfinished(text), 'x'), clientFrame(text, 'y')])],
    ['a close frame with half a code', clientFrame(close, Buffer.of(3))],
    ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000].map((code): [string, Buffer] => [
      `the close code ${code}`,
      clientFrame(close, Buffer.of(code >> 8, code & 255)),
    ]),
  ])('%s', (_what, bytes) => {
    expect(read([bytes])).toEqual(['malformedFrame']);
  });

  it('compressed control frames and parts, also where messages may be', () => {
    const part = Buffer.concat([clientFrame(unfinished(text), 'x'), clientFrame(compressed(continuation), 'y')]);
    for (const bytes of [clientFrame(compressed(ping), ''), part]) {
      expect(read([bytes], { inflates: true })).toEqual(['malformedFrame']);
    }
  });

  it('a message in more parts than anybody needs, though they are empty', () => {
    const parts = Array.from({ length: wireLimits.maxFragments }, () => clientFrame(unfinished(continuation), ''));
    expect(read([clientFrame(unfinished(text), ''), ...parts])).toEqual(['malformedFrame']);
  });

  it.each([
    ['text that is not UTF-8', [clientFrame(text, Buffer.of(0xff))]],
    ['text that ends within a character', [clientFrame(text, Buffer.from('é').subarray(0, 1))]],
    ['a surrogate in UTF-8', [clientFrame(text, Buffer.of(0xed, 0xa0, 0x80))]],
    ['a reason that is not UTF-8', [clientFrame(close, Buffer.of(3, 232, 0xff))]],
  ])('%s', (_what, chunks) => {
    expect(read(chunks)).toEqual(['invalidData']);
  });

  it('what cannot be inflated', () => {
    expect(read([clientFrame(compressed(text), Buffer.alloc(20, 0xff))], { inflates: true })).toEqual(['invalidData']);
  });

  it('too much, as soon as the header says so, in one frame, in several, and inflated', () => {
    expect(read([clientFrame(text, 'x'.repeat(maxMessageBytes + 1)).subarray(0, 4)])).toEqual(['tooLarge']);
    const huge = Buffer.from('81ffffffffffffffffff', 'hex');
    expect(read([huge])).toEqual(['tooLarge']);
    const half = 'x'.repeat(maxMessageBytes / 2);
    const parts = [
      clientFrame(unfinished(text), half),
      clientFrame(unfinished(continuation), half),
      clientFrame(continuation, 'x'),
    ];
    expect(read(parts)).toEqual(['tooLarge']);
    const bomb = clientFrame(compressed(text), deflated('x'.repeat(maxMessageBytes + 1)));
    expect(read([bomb], { inflates: true })).toEqual(['tooLarge']);
  });
});

it('copies a frame that trickles in no more often than needed', () => {
  const size = 300_000;
  const listener = new Recorder();
  const reader = new FrameReader({ listener, maxMessageBytes: size, inflates: false });
  const copied = countCopiedBytes(() => {
    for (const byte of clientFrame(binary, Buffer.alloc(size))) reader.push(Buffer.of(byte));
  });
  expect(listener.heard).toHaveLength(1);
  expect(copied).toBeLessThan(5 * size);
});

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(from, from + size));
    from += size;
  }
  return [...chunks, bytes.subarray(from)];
}

function countCopiedBytes(run: () => void): number {
  let copied = 0;
  const { set } = Uint8Array.prototype;
  Uint8Array.prototype.set = function (source: ArrayLike<number>, offset?: number) {
    copied += source.length;
    set.call(this, source, offset);
  };
  try {
    run();
  } finally {
    Uint8Array.prototype.set = set;
  }
  return copied;
}
