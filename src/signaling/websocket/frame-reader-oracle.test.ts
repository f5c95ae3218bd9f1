import type { Writable } from 'node:stream';
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as ws from 'ws';
import { FrameReader } from './frame-reader.ts';
import { clientFrame } from './testing/client-frame.ts';
import { pushShared } from './testing/push-shared.ts';
import { Recorder } from './testing/recorder.ts';

const maxMessageBytes = 300;

/** The receiver of the package `ws`, which its type declarations leave out. */
type ReceiverClass = new (options: {
  allowSynchronousEvents: boolean;
  isServer: boolean;
  maxPayload: number;
  maxFragments: number;
}) => Writable;
const { Receiver } = ws as unknown as { Receiver: ReceiverClass };

const violations: Record<number, string> = { 1002: 'malformedFrame', 1007: 'invalidData', 1009: 'tooLarge' };

/** What `ws` reads from the same bytes, in the words of the recorder. */
function readByOracle(chunks: Buffer[]): string[] {
  const heard: string[] = [];
  const receiver = new Receiver({
    allowSynchronousEvents: true,
    isServer: true,
    maxPayload: maxMessageBytes,
    maxFragments: 0,
  });
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    heard.push(isBinary ? `binary ${data.toString('hex')}` : `text ${data}`),
  );
  receiver.on('ping', (data: Buffer) => heard.push(`ping ${data.toString('hex')}`));
  receiver.on('pong', () => heard.push('pong'));
  receiver.on('conclude', (code: number) => heard.push(`closing ${code}`));
  receiver.once('error', (error: Error) => {
    const [code = 0] = Object.getOwnPropertySymbols(error).map((symbol) => Number(Reflect.get(error, symbol)));
    const violation = violations[code];
    if (violation !== undefined) heard.push(violation);
  });
  receiver.on('error', () => undefined);
  for (const chunk of chunks) receiver.write(chunk);
  return heard;
}

const firstByte = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0x81, 0x82, 0x01, 0x80, 0x00, 0x88, 0x89, 0x8a) },
  { weight: 1, arbitrary: fc.nat(255) },
);
const payload = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 150 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(1000, 1001, 1005, 3000, 4999).map((code) => Buffer.of(code >> 8, code & 255, 0x6f, 0x6b)),
);
const frame = fc
  .tuple(firstByte, payload, fc.uint8Array({ minLength: 4, maxLength: 4 }))
  .map(([first, bytes, key]) => clientFrame(first, bytes, Buffer.from(key)));
const mutation = fc.option(fc.tuple(fc.nat(600), fc.nat(255)), { freq: 3, nil: undefined });

it('reads what the receiver of ws reads, from right and from damaged frames', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 6 }), mutation, fc.nat(300), async (frames, damage, cutAt) => {
      const bytes = Buffer.concat(frames);
      if (damage && damage[0] < bytes.length) bytes[damage[0]] = damage[1];
      const chunks = () => [Buffer.from(bytes.subarray(0, cutAt)), Buffer.from(bytes.subarray(cutAt))];
      const listener = new Recorder();
      const reader = new FrameReader({ listener, maxMessageBytes, inflates: false });
      for (const chunk of chunks()) pushShared(reader, chunk);
      const expected = readByOracle(chunks().filter(({ length }) => length > 0));
      await new Promise(setImmediate);
      expect(listener.heard).toEqual(expected);
    }),
    { numRuns: 3_000 },
  );
});

it('inflates what zlib has deflated', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: maxMessageBytes }), fc.integer({ min: 9, max: 15 }), (bytes, windowBits) => {
      const packed = deflateRawSync(bytes, { windowBits, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
      const listener = new Recorder();
      new FrameReader({ listener, maxMessageBytes, inflates: true }).push(clientFrame(0xc2, packed));
      const isSmall = packed.length <= maxMessageBytes;
      expect(listener.heard).toEqual([isSmall ? `binary ${Buffer.from(bytes).toString('hex')}` : 'tooLarge']);
    }),
  );
});
