import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { checkGates, type Gate, parseGate } from './gates.ts';
import { checkLeaks, findLeaks, type Leak, takeBaseline } from './leak-gate.ts';
import { machineShortcomings } from './machine-limits.ts';
import { byLabel, parsePrometheus, sumOf } from './prometheus.ts';
import { ServerWatch } from './server-watch.ts';
import { formatMs, parseBytes, parseDurationMs } from './units.ts';

function gate(text: string): Gate {
  const parsed = parseGate(text);
  if (!parsed) throw new Error(`not a gate: ${text}`);
  return parsed;
}

test.each([
  ['join.p99<200ms', 199.9, true],
  ['join.p99<200ms', 200, false],
  ['join.p99 <= 0.2s', 200, true],
  ['errors=0', 0, true],
  ['errors==0', 1, false],
  ['media.loss<0.5%', 0.004, true],
  ['media.loss<0.5%', 0.006, false],
  ['joins.achieved>=100', 100, true],
  ['join.p99.9<1s', 1200, false],
])('%s with %d: %s', (text, value, passed) => {
  const parsed = gate(text);
  expect(checkGates([parsed], new Map([[parsed.figure, value]]))[0]?.passed).toBe(passed);
});

test.each(['', 'join.p99', 'join.p99<', '<200ms', 'join.p99<200parsec', 'join.p99~5'])(
  'refuses %j as a gate',
  (text) => {
    expect(parseGate(text)).toBeUndefined();
  },
);

test('a figure that was never measured fails its gate, an error that never happened counts as none', () => {
  const [misspelt, quiet] = checkGates([gate('jion.p99<1s'), gate('errors.rateLimited=0')], new Map());
  expect(misspelt).toMatchObject({ passed: false, sentence: 'jion.p99 was not measured' });
  expect(quiet?.passed).toBe(true);
});

test('takes the highest percentile as the table calls it', () => {
  expect(gate('join.p99.9<1s').figure).toBe('join.p999');
});

test('reads samples with and without labels and skips comments', () => {
  const samples = parsePrometheus(
    '# HELP a b\n# TYPE a gauge\ncrosspoint_rooms 3\ncrosspoint_sfu_objects{kind="routers"} 2\ncrosspoint_sfu_objects{kind="transports"} 5\n',
  );
  expect(samples.get('crosspoint_rooms')).toBe(3);
  expect(byLabel(samples, 'crosspoint_sfu_objects').get('transports')).toBe(5);
  expect(sumOf(samples, 'crosspoint_sfu_objects')).toBe(7);
});

test('one transport more than before is a leak, a few handles are not, a grown heap is', () => {
  const before = { objects: { 'sfu.transports': 0, 'handle.Timeout': 3 }, heapBytes: 10e6, startedAtSeconds: 1 };
  const objects = { 'sfu.transports': 1, 'handle.Timeout': 5, rooms: 0 };
  const after = { objects, heapBytes: 60e6, startedAtSeconds: 1 };
  expect(findLeaks(before, after, 32e6).map(({ what }) => what)).toEqual(['sfu.transports', 'heapBytes']);
  expect(findLeaks(before, before, 0)).toEqual([]);
});

test('says what a machine lacks for the load', () => {
  const enough = { connections: 1000, workers: 1, descriptorLimit: 20_000, ports: 28_000, localAddresses: 1 };
  expect(machineShortcomings(enough)).toEqual([]);
  expect(machineShortcomings({ ...enough, descriptorLimit: 1024 })[0]).toContain('--workers 2');
  expect(machineShortcomings({ ...enough, connections: 50_000, workers: 4 })[0]).toContain('2 addresses');
});

test('reads and writes durations and sizes', () => {
  expect(['250ms', '1.5s', '2m', '3', '10µs'].map(parseDurationMs)).toEqual([250, 1500, 120_000, 3000, 0.01]);
  expect(['200', '2.5kB', '1MiB'].map(parseBytes)).toEqual([200, 2500, 1024 ** 2]);
  expect(['x', '5 parsec', '-1s'].map(parseDurationMs)).toEqual([undefined, undefined, undefined]);
  expect([0.4, 1.234, 123.4, 1234, 120_000].map(formatMs)).toEqual(['400µs', '1.23ms', '123ms', '1.23s', '2.0m']);
});

test('a server that does not answer after the load costs the leak gate, not the report', async () => {
  const baseline = { objects: {}, heapBytes: 0, startedAtSeconds: 1 };
  const endpoint = { url: 'http://127.0.0.1:1/metrics' };
  const verdict = await checkLeaks({ endpoint, baseline, patienceMs: 0, heapToleranceBytes: 0 });
  expect(verdict).toBe('The server’s metrics could not be read after the load');
});

/** A metrics endpoint that says one thing after the other, and the last again and again. */
async function metricsServer(texts: string[]): Promise<{ url: string } & AsyncDisposable> {
  const left = [...texts];
  const server = createServer((_request, response) => response.end((left.length > 1 ? left.shift() : left[0]) ?? ''));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/metrics`, [Symbol.asyncDispose]: dispose };
}

const said = (rooms: number, startedAt = 5): string =>
  `process_start_time_seconds ${startedAt}\ncrosspoint_rooms ${rooms}\nnodejs_heap_used_bytes 1000\n`;

test('waits until the server is back at its baseline, and tells meanwhile what is not', async () => {
  await using endpoint = await metricsServer([said(1), said(3), said(2), said(1)]);
  const baseline = await takeBaseline(endpoint);
  const seen: number[] = [];
  const onLeaks = (leaks: Leak[]): void => void seen.push(leaks[0]?.after ?? 0);
  const verdict = await checkLeaks({ endpoint, baseline, patienceMs: 60_000, heapToleranceBytes: 0, onLeaks });
  expect(verdict).toMatchObject({ leaks: [] });
  expect(seen).toEqual([3, 2, 0]);
});

test('what is there when somebody ends the wait counts as leaked', async () => {
  await using endpoint = await metricsServer([said(1), said(3)]);
  const baseline = await takeBaseline(endpoint);
  const stop = new AbortController();
  const onLeaks = (): void => stop.abort();
  const options = { endpoint, baseline, patienceMs: 60_000, heapToleranceBytes: 0, signal: stop.signal, onLeaks };
  expect(await checkLeaks(options)).toMatchObject({ leaks: [{ what: 'rooms', before: 1, after: 3 }] });
});

test('a server that was started anew has no leaks to speak of, and no negative CPU time', async () => {
  const cpu = (seconds: number): string => `process_cpu_seconds_total ${seconds}\n`;
  await using endpoint = await metricsServer([said(1, 5), cpu(50), cpu(1), cpu(2), said(0, 9)]);
  const baseline = await takeBaseline(endpoint);
  const watch = new ServerWatch(endpoint, 0);
  for (let reading = 0; reading < 3; reading++) await watch.sample();
  expect(watch.samples.map(({ cpu: share }) => share > 0)).toEqual([true]);
  const verdict = await checkLeaks({ endpoint, baseline, patienceMs: 0, heapToleranceBytes: 0 });
  expect(verdict).toBe('The server was restarted during the load');
});

test.each([
  [401, 'answered 401: it wants its --metrics-token'],
  [403, 'answered 403: without metrics.token the server shows them to its own machine only'],
  [404, 'answered 404'],
])('says what to do when the metrics are refused with %d', async (status, sentence) => {
  const server = createServer((_request, response) => response.writeHead(status).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  await expect(takeBaseline({ url })).rejects.toThrow(`${url} ${sentence}`);
  server.closeAllConnections();
  server.close();
});
