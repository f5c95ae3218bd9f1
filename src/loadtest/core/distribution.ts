import type { Random } from './random.ts';
import { parseDurationMs } from './units.ts';

/** How long something lasts, drawn anew each time. */
export interface Distribution {
  readonly text: string;
  readonly meanMs: number;
  sample(random: Random): number;
}

type Build = (parameters: string) => Omit<Distribution, 'text'> | undefined;

const fixed: Build = (parameters) => {
  const meanMs = parseDurationMs(parameters);
  return meanMs === undefined ? undefined : { meanMs, sample: () => meanMs };
};

const exponential: Build = (parameters) => {
  const meanMs = parseDurationMs(parameters);
  return meanMs === undefined ? undefined : { meanMs, sample: (random) => random.exponential(meanMs) };
};

const uniform: Build = (parameters) => {
  const [from, to] = parameters.split('-').map(parseDurationMs);
  if (from === undefined || to === undefined || to < from) return undefined;
  return { meanMs: (from + to) / 2, sample: (random) => from + random.next() * (to - from) };
};

/** `lognormal:MEDIAN,SIGMA`: most are short, a few very long, as real calls are. */
const lognormal: Build = (parameters) => {
  const [medianText = '', sigmaText = '1'] = parameters.split(',');
  const median = parseDurationMs(medianText);
  const sigma = Number(sigmaText);
  if (median === undefined || !(sigma >= 0 && sigma <= 5)) return undefined;
  return {
    meanMs: median * Math.exp(sigma ** 2 / 2),
    sample: (random) => median * Math.exp(sigma * random.normal()),
  };
};

const kinds: Record<string, Build> = { fixed, exp: exponential, uniform, lognormal };

/**
 * Reads `30s`, `fixed:30s`, `exp:30s`, `uniform:10s-60s` or `lognormal:30s,0.8`. Undefined when it is none of these.
 */
export function parseDistribution(text: string): Distribution | undefined {
  const colon = text.indexOf(':');
  const build = colon < 0 ? fixed : kinds[text.slice(0, colon)];
  const distribution = build?.(text.slice(colon + 1));
  return distribution && { text, ...distribution };
}
