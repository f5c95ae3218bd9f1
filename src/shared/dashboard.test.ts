import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';
import { HubCounters } from './tally.ts';

const none = () => 0;
const nothing = () => [];

async function metricNames(): Promise<string[]> {
  const metrics = new Metrics({
    ...{ counters: new HubCounters(), connections: none, sessions: none, waitingSessions: none, rooms: none },
    ...{ mailboxEntries: nothing, mailboxBytes: none, rememberedIds: none },
    ...{ queuedBytes: none, sfuObjects: nothing, workerPids: () => [], turnObjects: nothing, turnTotals: nothing },
  });
  const text = await metrics.text();
  await metrics.close();
  return [...text.matchAll(/^# TYPE (\S+)/gm)].flatMap(([, name]) => name ?? []);
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

test('every metric is documented, and nothing else', async () => {
  const documented = [...read('docs/metrics.md').matchAll(/^\| `([a-z_]+)/gm)].map(([, name]) => name);
  expect(documented.sort()).toEqual((await metricNames()).sort());
});
