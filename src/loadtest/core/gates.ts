import { formatMs, formatNumber, parseDurationMs } from './units.ts';

const comparisons = {
  '<=': (value: number, bound: number) => value <= bound,
  '>=': (value: number, bound: number) => value >= bound,
  '<': (value: number, bound: number) => value < bound,
  '>': (value: number, bound: number) => value > bound,
  '=': (value: number, bound: number) => value === bound,
} as const;
type Comparison = keyof typeof comparisons;

/** A condition on one figure of the report, as `--assert` takes it. */
export interface Gate {
  text: string;
  figure: string;
  comparison: Comparison;
  /** Durations in milliseconds, percentages as shares. */
  bound: number;
  isDuration: boolean;
}

export interface GateResult {
  text: string;
  passed: boolean;
  sentence: string;
}

const pattern = /^\s*([A-Za-z][\w.]*)\s*(<=|>=|<|>|==?)\s*(-?\d+(?:\.\d+)?)\s*(us|µs|ms|s|m|%)?\s*$/;

/** Reads `join.p99<200ms`, `errors=0`, `media.loss<0.5%`. Undefined when it is not of that form. */
export function parseGate(text: string): Gate | undefined {
  const [, name, sign, number, unit] = pattern.exec(text) ?? [];
  if (name === undefined || number === undefined) return undefined;
  // Figures are called as in the JSON file, where a name has one dot; people write what the table says.
  const figure = name.replace(/\.p99\.9$/, '.p999');
  const comparison = (sign === '==' ? '=' : sign) as Comparison;
  const isDuration = unit !== undefined && unit !== '%';
  const bound = isDuration ? parseDurationMs(number + unit) : Number(number) / (unit === '%' ? 100 : 1);
  return bound === undefined ? undefined : { text: text.trim(), figure, comparison, bound, isDuration };
}

/**
 * Holds the gates against the figures. A figure that does not exist fails its gate, so that a misspelt name or a load
 * that measured nothing never passes; counts of errors that never happened are 0.
 */
export function checkGates(gates: Gate[], figures: ReadonlyMap<string, number>): GateResult[] {
  return gates.map((gate) => {
    const value = figures.get(gate.figure) ?? (gate.figure.startsWith('errors.') ? 0 : undefined);
    if (value === undefined) return { text: gate.text, passed: false, sentence: `${gate.figure} was not measured` };
    const shown = gate.isDuration ? formatMs(value) : formatNumber(value);
    return { text: gate.text, passed: comparisons[gate.comparison](value, gate.bound), sentence: `it was ${shown}` };
  });
}
