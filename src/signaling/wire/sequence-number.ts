/** Digits that a sequence number may have; at a thousand events a second they last for months. */
export const seqDigits = 10;
const blank = 0x20;
/** JSON allows blanks before a number, so every receiver's number fits into the same frame, whatever its digits. */
export const seqTail = `${' '.repeat(seqDigits)}}`;

/** Writes a number that ends at `lastDigit`, and blanks where a longer one may have stood. */
export function writeDigits(target: Buffer, lastDigit: number, value: number): void {
  const first = lastDigit - seqDigits + 1;
  let rest = value;
  let position = lastDigit;
  do {
    const quotient = Math.floor(rest / 10);
    target[position] = 48 + rest - quotient * 10;
    position -= 1;
    rest = quotient;
  } while (rest > 0);
  while (position >= first) {
    target[position] = blank;
    position -= 1;
  }
}
