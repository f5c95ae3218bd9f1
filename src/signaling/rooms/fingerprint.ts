/** Of a longer text as many are looked at, spread evenly, so that a large offer costs no more than a short message. */
const sampledChars = 256;
/** FNV-1a, 32 bits. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** A number by which a text is told from others: all of its characters and its length count, in long texts only some. */
export function fingerprintOf(text: string): number {
  const { length } = text;
  const step = Math.max(1, length / sampledChars);
  let hash = Math.imul(offsetBasis ^ length, prime);
  for (let at = 0; at < length; at += step) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return hash;
}
