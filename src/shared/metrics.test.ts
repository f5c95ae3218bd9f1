import { afterEach, expect, test } from 'vitest';
import { type MetricSources, Metrics } from './metrics.ts';
import { HubCounters } from './tally.ts';

const quiet: MetricSources = {
  counters: new HubCounters(),
  connections: () => 3,
  sessions: () => 2,
  waitingSessions: () => 1,
  rooms: () => 1,
  queuedBytes: () => 0,
  mailboxEntries: () => Object.entries({ messages: 3, receipts: 1 }),
  mailboxBytes: () => 90,
  rememberedIds: () => 8,
  sfuObjects: () => Object.entries({ routers: 1, transports: 4 }),
  workerPids: () => [process.pid, 2 ** 22 + 1],
  turnObjects: () => [['allocations', 2]],
  turnTotals: () => [['relayedBytes', 1200]],
};

let metrics: Metrics | undefined;
afterEach(() => metrics?.close());

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('asks its sources at every scrape', async () => {
  let rooms = 1;
  metrics = new Metrics({ ...quiet, rooms: () => rooms });
  expect(lines(await metrics.text())).toContain('crosspoint_rooms 1');
  rooms = 7;
  expect(lines(await metrics.text())).toContain('crosspoint_rooms 7');
});

test('shows plain counters as absolute values, however often it is scraped', async () => {
  const counters = new HubCounters();
  metrics = new Metrics({ ...quiet, counters });
  counters.framesSent += 5;
  counters.requests.add('join');
  counters.requests.add('join', 2);
  for (const seconds of [0.004, 0.005, 0.3, 7]) counters.joinSeconds.add(seconds);
  await metrics.text();
  const shown = lines(await metrics.text());
  expect(shown).toContain('crosspoint_frames_sent_total 5');
  expect(shown).toContain('crosspoint_requests_total{method="join"} 3');
  expect(shown.filter((line) => line.startsWith('crosspoint_join_seconds'))).toEqual([
    ...['0.001', '0.002'].map((bound) => `crosspoint_join_seconds_bucket{le="${bound}"} 0`),
    ...['0.005', '0.01', '0.02', '0.05', '0.1', '0.2'].map(
      (bound) => `crosspoint_join_seconds_bucket{le="${bound}"} 2`,
    ),
    ...['0.5', '1', '2', '5'].map((bound) => `crosspoint_join_seconds_bucket{le="${bound}"} 3`),
    'crosspoint_join_seconds_bucket{le="+Inf"} 4',
    'crosspoint_join_seconds_sum 7.309',
    'crosspoint_join_seconds_count 4',
  ]);
});

test('labels objects by kind and forgets labels that are gone', async () => {
  let kinds: [string, number][] = [['routers', 1]];
  metrics = new Metrics({ ...quiet, sfuObjects: () => kinds });
  expect(await metrics.text()).toContain('crosspoint_sfu_objects{kind="routers"} 1');
  kinds = [];
  expect(await metrics.text()).not.toContain('kind="routers"');
});

test('reads CPU time and memory of living workers and leaves dead ones out', async () => {
  metrics = new Metrics(quiet);
  const shown = lines(await metrics.text());
  const memory = shown.find((line) => line.startsWith(`crosspoint_worker_resident_bytes{pid="${process.pid}"}`));
  expect(Number(memory?.split(' ')[1])).toBeGreaterThan(1e6);
  expect(shown.filter((line) => line.startsWith('crosspoint_worker_cpu'))).toHaveLength(1);
});

test('notices a blocked event loop', async () => {
  metrics = new Metrics(quiet);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const until = performance.now() + 120;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const line = lines(await metrics.text()).find((text) => text.includes('event_loop_delay_seconds{percentile="100"}'));
  expect(Number(line?.split(' ')[1])).toBeGreaterThan(0.09);
});
