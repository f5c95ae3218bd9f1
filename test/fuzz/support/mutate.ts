/** A whole number from 0 up to, but not with, `below`. */
export type Random = (below: number) => number;

/** A small generator (mulberry32) whose seed repeats a run. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Mutation = (bytes: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer;

const interesting = [0, 1, 3, 4, 0x3f, 0x40, 0x4f, 0x7f, 0x80, 0xff];

const mutations: readonly Mutation[] = [
  (bytes) => bytes,
  flipBits,
  setBytes,
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random(64), random(256))]),
  changeLength,
  (bytes, random, corpus) => Buffer.concat([bytes, pick(corpus, random).subarray(20)]),
  (bytes, random, corpus) => withLength(Buffer.concat([bytes, pick(corpus, random).subarray(20)])),
  (bytes, random) => withLength(Buffer.concat([bytes.subarray(0, 20), bytes.subarray(20 + random(8) * 4)])),
  (_bytes, random) => Buffer.from(Array.from({ length: random(40) }, () => random(256))),
];

/** One of the corpus, changed in one to three ways. */
export function mutate(corpus: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(pick(corpus, random));
  for (let round = random(3); round >= 0; round -= 1) {
    bytes = mutations[random(mutations.length)]?.(bytes, random, corpus) ?? bytes;
  }
  return bytes.length > 2_000 ? bytes.subarray(0, 2_000) : bytes;
}

function pick(corpus: readonly Buffer[], random: Random): Buffer {
  return corpus[random(corpus.length)] ?? Buffer.alloc(0);
}

function flipBits(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  for (let count = random(8); count >= 0; count -= 1) {
    const index = random(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << random(8)), index);
  }
  return bytes;
}

function setBytes(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  for (let count = random(4); count >= 0; count -= 1) {
    bytes.writeUInt8(interesting[random(interesting.length)] ?? 0, random(bytes.length));
  }
  return bytes;
}

/** Changes the length of the header or of what may be an attribute. */
function changeLength(bytes: Buffer, random: Random): Buffer {
  const words = Math.floor(bytes.length / 4);
  if (words > 0) bytes.writeUInt16BE(random(65_536), random(words) * 4 + 2);
  return bytes;
}

/** Makes the header's length right again, so that what follows it is read. */
function withLength(bytes: Buffer): Buffer {
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 4)));
  if (whole.length >= 20) whole.writeUInt16BE(whole.length - 20, 2);
  return whole;
}
