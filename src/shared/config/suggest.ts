import { configKeys } from './keys.ts';

const MAX_TYPING_ERRORS = 3;

/** " (did you mean http.port?)" for a name that is nearly one of the keys, otherwise nothing. */
export function suggestion(given: string, candidates: readonly string[] = configKeys.map((key) => key.name)): string {
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(given.toLowerCase(), candidate.toLowerCase());
    if (distance <= MAX_TYPING_ERRORS && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, distance };
    }
  }
  return best ? ` (did you mean ${best.candidate}?)` : '';
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, charA] of [...a].entries()) {
    const row = [i + 1];
    for (const [j, charB] of [...b].entries()) {
      const substitution = (previous[j] ?? 0) + (charA === charB ? 0 : 1);
      row.push(Math.min(substitution, (previous[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
