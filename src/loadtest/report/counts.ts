import { formatBytes, formatMs, formatNumber } from '../core/units.ts';
import type { Report } from './report.ts';

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}%`;
const bitsPerSecond = (bits: number): string =>
  bits >= 1e6 ? `${(bits / 1e6).toPrecision(3)} Mbit/s` : `${formatNumber(Math.round(bits / 1000))} kbit/s`;

/** Figures that are worth a line beside what was counted, and how people read them. */
const derived: Record<string, (value: number) => string> = {
  'joins.offeredPerSecond': formatNumber,
  'joins.achievedPerSecond': formatNumber,
  'participants.max': formatNumber,
  'messages.lost': formatNumber,
  'media.tracksMissing': formatNumber,
  'media.bitratePerReceiver': bitsPerSecond,
  'media.loss': percent,
  'media.jitterMs': formatMs,
};

/** What was counted and what follows from it, as names and texts. Sums that only serve a figure are left out. */
export function countRows({ counters, figures }: Report): [name: string, text: string][] {
  const counted = Object.entries(counters)
    .filter(([name]) => !name.startsWith('media.jitter') && name !== 'media.receiverSeconds')
    .map(([name, value]): [string, string] => [
      name,
      name.endsWith('Bytes') ? formatBytes(value) : formatNumber(value),
    ]);
  const rows = Object.entries(derived).flatMap(([name, format]): [string, string][] => {
    const value = figures[name];
    return value === undefined ? [] : [[name, format(value)]];
  });
  return [...counted, ...rows];
}
