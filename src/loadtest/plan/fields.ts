import { z } from 'zod';
import { type Distribution, parseDistribution } from '../core/distribution.ts';
import { parseBytes, parseDurationMs } from '../core/units.ts';

/** Values arrive as text from flags and as text, numbers or booleans from YAML; these fields take all of them. */
const text = z.union([z.string(), z.number()]).transform(String);

export const durationMs = text.transform((value, context): number => {
  const ms = parseDurationMs(value);
  if (ms === undefined) context.addIssue(`is not a duration such as 500ms, 30s or 2m: ${value}`);
  return ms ?? z.NEVER;
});

export const bytes = text.transform((value, context): number => {
  const count = parseBytes(value);
  if (count === undefined) context.addIssue(`is not a size such as 200B or 2.5kB: ${value}`);
  return count === undefined ? z.NEVER : Math.round(count);
});

/** A number that `accepts` takes; `expected` says which those are. */
export function number(expected: string, accepts: (value: number) => boolean) {
  return text.transform((value, context): number => {
    const parsed = value.trim() === '' ? Number.NaN : Number(value);
    if (!accepts(parsed)) context.addIssue(`is not ${expected}: ${value}`);
    return parsed;
  });
}

/** Stays text, because plans travel to worker processes as JSON; checked here, built where it is drawn from. */
export const distribution = text.refine((value) => parseDistribution(value) !== undefined, {
  error: ({ input }) => `is not a distribution such as 30s, exp:30s, uniform:10s-60s or lognormal:30s,0.8: ${input}`,
});

export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER) {
  const range = to === Number.MAX_SAFE_INTEGER ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`;
  return number(range, (value) => Number.isInteger(value) && value >= from && value <= to);
}
export const positiveInteger = wholeNumber(1);
export const count = wholeNumber(0);
export const rate = number('a positive number', (value) => value > 0 && value < Number.POSITIVE_INFINITY);

export function choice<const T extends readonly [string, ...string[]]>(options: T) {
  return z.enum(options, { error: ({ input }) => `is not one of ${options.join(', ')}: ${input}` });
}
export const share = text.transform((value, context): number => {
  const parsed = value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
  if (!(parsed >= 0 && parsed <= 1)) context.addIssue(`is not a share such as 0.2 or 20%: ${value}`);
  return parsed;
});
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

/** Builds a distribution whose text has passed the schema. */
export function distributionOf(value: string): Distribution {
  const parsed = parseDistribution(value);
  if (!parsed) throw new RangeError(`not a distribution: ${value}`);
  return parsed;
}
