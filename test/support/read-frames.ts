import { constants, inflateRawSync } from 'node:zlib';

/** What a sync flush ends with, which compressed messages leave out (RFC 7692, section 7.2.2). */
const flushEnd = Buffer.of(0, 0, 0xff, 0xff);

interface Frame {
  /** The frame's first byte: FIN, RSV1 for compression, opcode. */
  first: number;
  payload: Buffer;
}

/** Reads the text frames of a server (RFC 6455, section 5.2: unmasked); throws on anything that a client would refuse. */
export function readTextFrames(bytes: Buffer): string[] {
  return readFrames(bytes).flatMap(({ first, payload }) => {
    if (first !== 0x81 && first !== 0x89) throw new Error(`A frame begins with ${first}.`);
    return first === 0x81 ? [payload.toString()] : [];
  });
}

/** Reads data frames of all kinds, compressed ones as a client inflates them that has nothing but this message. */
export function readMessages(bytes: Buffer): { binary: boolean; compressed: boolean; payload: Buffer }[] {
  return readFrames(bytes).map(({ first, payload }) => {
    const compressed = (first & 0x40) !== 0;
    const opcode = first & ~0x40;
    if (opcode !== 0x81 && opcode !== 0x82) throw new Error(`A frame begins with ${first}.`);
    return { binary: opcode === 0x82, compressed, payload: compressed ? inflate(payload) : payload };
  });
}

function inflate(payload: Buffer): Buffer {
  const options = { windowBits: 12, finishFlush: constants.Z_SYNC_FLUSH };
  return inflateRawSync(Buffer.concat([payload, flushEnd]), options);
}

function readFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const [first = 0, short = 0] = bytes.subarray(offset, offset + 2);
    const { length, start } = payloadAt(bytes, offset + 2, short);
    if (start + length > bytes.length) throw new Error('The last frame is not complete.');
    frames.push({ first, payload: bytes.subarray(start, start + length) });
    offset = start + length;
  }
  return frames;
}

/** Lengths must be given in their shortest form. */
function payloadAt(bytes: Buffer, start: number, short: number): { length: number; start: number } {
  if (short < 126) return { length: short, start };
  const length = short === 126 ? bytes.readUInt16BE(start) : Number(bytes.readBigUInt64BE(start));
  if (short > 127 || length < 126 || (short === 127 && length < 65_536)) throw new Error('A length is not minimal.');
  return { length, start: start + (short === 126 ? 2 : 8) };
}
