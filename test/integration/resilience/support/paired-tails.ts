const permutations = 1_000;

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

/** Measurements of the same round under two conditions, taken right after each other. */
export interface Pair {
  readonly without: readonly number[];
  readonly beside: readonly number[];
}

function difference(pairs: readonly Pair[], share: number): number {
  const [beside, without] = [pairs.flatMap((pair) => pair.beside), pairs.flatMap((pair) => pair.without)];
  return quantile(beside, share) - quantile(without, share);
}

/**
 * By how much a quantile is greater beside than without, and how great a difference chance makes: if the condition did
 * not matter, the two halves of a pair could be exchanged. So they are, at random, a thousand times, and `noise` is what
 * one in a hundred of those exceeds. Whatever else the machine did concerned both halves of a pair.
 */
export function compareTails(pairs: readonly Pair[], share: number): { difference: number; noise: number } {
  const swapped = Array.from({ length: permutations }, () =>
    difference(
      pairs.map(({ without, beside }) =>
        Math.random() < 0.5 ? { without, beside } : { without: beside, beside: without },
      ),
      share,
    ),
  );
  return { difference: difference(pairs, share), noise: quantile(swapped, 0.999) };
}
