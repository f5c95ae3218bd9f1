import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';
import { HubCounters } from './tally.ts';

const none = () => 0;
const one = (label: string) => () => [[label, 1]] as const;

async function scrape(): Promise<string> {
  const counters = new HubCounters();
  for (const tally of [counters.requests, counters.errors, counters.sessionsEnded, counters.keptMessages])
    tally.add('x');
  const metrics = new Metrics({
    ...{ counters, connections: none, sessions: none, waitingSessions: none, rooms: none, queuedBytes: none },
    ...{ mailboxEntries: one('messages'), mailboxBytes: none, rememberedIds: none },
    ...{ sfuObjects: one('rooms'), workerPids: () => [process.pid], turnObjects: one('allocations') },
    turnTotals: one('bytesToPeer'),
  });
  const text = await metrics.text();
  await metrics.close();
  return text;
}

async function metricNames(): Promise<string[]> {
  return [...(await scrape()).matchAll(/^# TYPE (\S+)/gm)].flatMap(([, name]) => name ?? []);
}

/** Labels that each metric has, and those that Prometheus adds. */
async function labelsOf(metric: string): Promise<string[]> {
  const sample = (await scrape()).split('\n').find((line) => line.startsWith(`${metric}{`)) ?? '';
  return ['instance', ...[...sample.matchAll(/([a-z]+)="/g)].flatMap(([, label]) => label ?? [])];
}

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

function expressions(): string[] {
  const { panels }: { panels: Panel[] } = JSON.parse(read('deploy/grafana/crosspoint.json'));
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

test('the dashboard asks for metrics that exist', async () => {
  const names = await metricNames();
  const asked = read('deploy/grafana/crosspoint.json').match(/\b(crosspoint|process|nodejs)_[a-z_]+/g) ?? [];
  const unknown = asked.filter((name) => !names.includes(name) && !names.includes(name.replace(/_bucket$/, '')));
  expect(asked.length).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});

test('the dashboard selects and groups by labels that the metric has', async () => {
  const all = expressions();
  expect(all.length).toBeGreaterThan(30);
  for (const expression of all) {
    const [, metric = '', selectors = ''] = /((?:crosspoint|process|nodejs)_[a-z_]+)\{([^}]*)\}/.exec(expression) ?? [];
    const selected = [...selectors.matchAll(/([a-z]+)=/g)].map(([, label]) => label);
    const grouped = [...expression.matchAll(/by \(([a-z]+)\)/g)].map(([, label]) => label);
    expect(await labelsOf(metric), expression).toEqual(expect.arrayContaining([...selected, ...grouped]));
  }
});

test('every metric has a place on the dashboard', async () => {
  const shown = expressions().join(' ');
  const missing = (await metricNames()).filter((name) => !shown.includes(name));
  expect(missing).toEqual(['process_start_time_seconds']);
});

test('every metric is documented, and nothing else', async () => {
  const documented = [...read('docs/metrics.md').matchAll(/^\| `([a-z_]+)/gm)].map(([, name]) => name);
  expect(documented.sort()).toEqual((await metricNames()).sort());
});
