const durationUnits = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const byteUnits = { B: 1, kB: 1000, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

function parseQuantity(text: string, units: Record<string, number>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-zµ]*)$/.exec(text.trim());
  const factor = match?.[2] === undefined ? undefined : units[match[2] === 'µs' ? 'us' : match[2]];
  return match?.[1] === undefined || factor === undefined ? undefined : Number(match[1]) * factor;
}

/** Reads `250ms`, `1.5s`, `2m` or `1h` as milliseconds; a bare number means seconds. Undefined when it is neither. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, { ...durationUnits, '': 1000 });
}

/** Reads `200B`, `2.5kB` or `1MiB` as bytes; a bare number means bytes. Undefined when it is neither. */
export function parseBytes(text: string): number | undefined {
  return parseQuantity(text, { ...byteUnits, '': 1 });
}

/** Writes milliseconds the way people read latencies: three significant digits and a fitting unit. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms >= 60_000) return `${(ms / 60_000).toFixed(1)}m`;
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)}s`;
  if (ms >= 1) return `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)}ms`;
  return `${Math.round(ms * 1000)}µs`;
}

export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  for (const [unit, size] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (Math.abs(bytes) >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  }
  return `${Math.round(bytes)} B`;
}

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
