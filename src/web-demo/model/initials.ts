const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstGrapheme(text: string): string {
  for (const { segment } of segmenter.segment(text)) return segment;
  return '';
}

const han = /\p{Script=Han}/u;

/** One or two characters that stand for a name: the first and last word's initials, or the given name's last character. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const [first] = words;
  if (first === undefined) return '?';
  if (han.test(first)) return Array.from(first).slice(-2).join('');
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return (firstGrapheme(first) + firstGrapheme(last)).toLocaleUpperCase();
}

/** Number of avatar colours in the style sheet. */
export const avatarColours = 8;

/** A colour that stays with a participant for the whole call, chosen by a small hash (FNV-1a). */
export function avatarColour(seed: string): number {
  let hash = 0x811c9dc5;
  for (const character of seed) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0) % avatarColours;
}
