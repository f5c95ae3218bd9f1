/** From this size on whole words are worth a view of them. */
const wordsFromBytes = 96;
const wordBytes = 4;
/** Making a view takes as long as half a kilobyte takes, so that of the memory which sockets share is made once. */
let seen: Int32Array = new Int32Array(0);
/** A key in the order of its bytes, and as a word. */
const keyBytes = new Uint8Array(wordBytes);
const keyWords = new Int32Array(keyBytes.buffer);

/** Takes the mask off the bytes `from` to before `to`, in place; the four bytes of the key stand at `keyAt` (RFC 6455, section 5.3). */
export function unmask(bytes: Buffer, keyAt: number, from: number, to: number): void {
  if (to - from < wordsFromBytes) {
    unmaskBytes(bytes, keyAt, { from, to, shift: 0 });
    return;
  }
  const skipped = -(bytes.byteOffset + from) & (wordBytes - 1);
  const wordsFrom = from + skipped;
  const count = (to - wordsFrom) >>> 2;
  const first = (bytes.byteOffset + wordsFrom) >>> 2;
  unmaskBytes(bytes, keyAt, { from, to: wordsFrom, shift: 0 });
  unmaskWords(wordsOf(bytes.buffer), { first, end: first + count, key: keyWord(bytes, keyAt, skipped) });
  unmaskBytes(bytes, keyAt, { from: wordsFrom + count * wordBytes, to, shift: skipped });
}

function wordsOf(memory: ArrayBufferLike): Int32Array {
  if (seen.buffer !== memory) seen = new Int32Array(memory, 0, memory.byteLength >>> 2);
  return seen;
}

/** `shift` is how many bytes of the key are behind already. */
function unmaskBytes(
  bytes: Buffer,
  keyAt: number,
  { from, to, shift }: { from: number; to: number; shift: number },
): void {
  for (let index = from; index < to; index += 1) {
    bytes[index] = (bytes[index] ?? 0) ^ (bytes[keyAt + ((index - from + shift) & 3)] ?? 0);
  }
}

function unmaskWords(words: Int32Array, { first, end, key }: { first: number; end: number; key: number }): void {
  for (let index = first; index < end; index += 1) words[index] = (words[index] ?? 0) ^ key;
}

/** The key as a word of this machine, beginning with its byte `shift`. */
function keyWord(bytes: Buffer, keyAt: number, shift: number): number {
  for (let index = 0; index < wordBytes; index += 1) keyBytes[index] = bytes[keyAt + ((index + shift) & 3)] ?? 0;
  return keyWords[0] ?? 0;
}
