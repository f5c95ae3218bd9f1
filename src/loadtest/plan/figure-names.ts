import { latencyNames } from '../core/recorder.ts';

const ofLatency = ['p50', 'p90', 'p95', 'p99', 'p999', 'max', 'mean', 'count'];
const single = ['errors', 'leaks', 'bottleneck', 'participants.max', 'leaves', 'vanished'];
/** What comes after these depends on the server, the load and what goes wrong. */
const families = ['errors', 'joins', 'messages', 'negotiations', 'media', 'server', 'tool'];

const known = new Set([...single, ...latencyNames.flatMap((name) => ofLatency.map((key) => `${name}.${key}`))]);

/** Whether a report may hold this figure: a misspelt gate is better refused before the load than failed after it. */
export function mayBeFigure(name: string): boolean {
  const dot = name.indexOf('.');
  return known.has(name) || (dot > 0 && families.includes(name.slice(0, dot)));
}
