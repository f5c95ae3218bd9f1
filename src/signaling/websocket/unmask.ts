/** From this size on whole words are worth a view of them. */
const wordsFromBytes = 96;
const wordBytes = 4;

/** Takes the mask off the bytes `from` to before `to`, in place; the four bytes of the key stand at `keyAt` (RFC 6455, section 5.3). */
export function unmask(bytes: Buffer, keyAt: number, from: number, to: number): void {
  if (to - from < wordsFromBytes) {
    unmaskBytes(bytes, keyAt, { from, to, shift: 0 });
    return;
  }
  const skipped = -(bytes.byteOffset + from) & (wordBytes - 1);
  const wordsFrom = from + skipped;
  const words = (to - wordsFrom) >>> 2;
  unmaskBytes(bytes, keyAt, { from, to: wordsFrom, shift: 0 });
  unmaskWords(new Int32Array(bytes.buffer, bytes.byteOffset + wordsFrom, words), keyWord(bytes, keyAt, skipped));
  unmaskBytes(bytes, keyAt, { from: wordsFrom + words * wordBytes, to, shift: skipped });
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

function unmaskWords(words: Int32Array, key: number): void {
  for (let index = 0; index < words.length; index += 1) words[index] = (words[index] ?? 0) ^ key;
}

/** The key as a word of this machine, beginning with its byte `shift`. */
function keyWord(bytes: Buffer, keyAt: number, shift: number): number {
  const key = new Uint8Array(wordBytes);
  for (let index = 0; index < wordBytes; index += 1) key[index] = bytes[keyAt + ((index + shift) & 3)] ?? 0;
  return new Int32Array(key.buffer)[0] ?? 0;
}
