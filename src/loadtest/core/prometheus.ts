/** One scrape: every sample by its full name with labels, as in `crosspoint_sfu_objects{kind="routers"}`. */
export type Samples = ReadonlyMap<string, number>;

/** Reads the Prometheus text format (version 0.0.4) as far as counters and gauges need it. */
export function parsePrometheus(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([A-Za-z_:][\w:]*(?:\{.*\})?)\s+(\S+)/.exec(line);
    if (match?.[1] !== undefined) samples.set(match[1], Number(match[2]));
  }
  return samples;
}

/** Samples of one metric by the value of its only label. */
export function byLabel(samples: Samples, metric: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, value] of samples) {
    const label = name.startsWith(`${metric}{`) ? /="(.*)"\}$/.exec(name)?.[1] : undefined;
    if (label !== undefined) found.set(label, value);
  }
  return found;
}

export function sumOf(samples: Samples, metric: string): number {
  let total = samples.get(metric) ?? 0;
  for (const value of byLabel(samples, metric).values()) total += value;
  return total;
}
