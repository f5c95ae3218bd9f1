export type ConnectionLevel = 'unknown' | 'lost' | 'poor' | 'fair' | 'good';

/** Turns the server's score (0 lost to 10 perfect) into what a tile shows. */
export function connectionLevel(score: number | undefined): ConnectionLevel {
  if (score === undefined) return 'unknown';
  if (score <= 0) return 'lost';
  if (score < 5) return 'poor';
  return score < 8 ? 'fair' : 'good';
}
