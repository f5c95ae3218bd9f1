import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LatencyHistogram } from '../../../src/loadtest/core/histogram.ts';
import { parsePrometheus } from '../../../src/loadtest/core/prometheus.ts';
import { SignalingPeer } from '../../../src/loadtest/signaling-peer.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { LoadTests } from './load-test-run.ts';

const loadTests = new LoadTests();
let server: ServerProcess;
let url = '';

beforeAll(async () => {
  server = await startServerProcess(['--limits-resume-window-ms', '1000', '--log-level', 'error']);
  url = `http://${server.http.host}:${server.http.port}`;
});
afterAll(async () => {
  await server.stop();
  loadTests[Symbol.dispose]();
});

async function metric(name: string): Promise<number> {
  const samples = parsePrometheus(await (await fetch(`${url}/metrics`)).text());
  return samples.get(`crosspoint_${name}`) ?? 0;
}

/** The load has begun: what looks whether the server is there joins nothing. */
async function begun(): Promise<void> {
  while ((await metric('sessions')) === 0) await sleep(50);
}

test('several worker processes share the load', async () => {
  const hold = ['hold', '--connections', '30', '--participants', '5', '--duration', '3s', '--ramp', '500ms'];
  const run = loadTests.start(url, ...hold, '--workers', '3', '--assert', 'errors=0');
  expect(await run.workers(3)).toHaveLength(3);
  const { code, figures } = await run.outcome;
  expect(code).toBe(0);
  expect(figures).toMatchObject({
    'joins.achieved': 30,
    leaves: 30,
    'server.connections.max': 30,
    'server.rooms.max': 6,
  });
  expect(figures['participants.max']).toBe(30);
});

test('a server that stands still is charged with every operation that should have started meanwhile', async () => {
  const churn = ['churn', '--rate', '40', '--arrivals', 'fixed', '--session', '200ms', '--rooms', '5'];
  const run = loadTests.start(url, ...churn, '--duration', '4s', '--ramp', '0', '--workers', '1');
  await begun();
  await sleep(1000);
  process.kill(server.pid, 'SIGSTOP');
  await sleep(1200);
  process.kill(server.pid, 'SIGCONT');
  const { report, figures } = await run.outcome;
  const joins = LatencyHistogram.decode(report?.latencies.join?.hdr ?? '');
  // 48 should have started while it stood still; a tool that waits for replies would have noted a few.
  const share = 30 / joins.count;
  expect(joins.count).toBeGreaterThan(140);
  expect(joins.percentile(100 * (1 - share))).toBeGreaterThan(250);
  expect(joins.maxMs).toBeGreaterThan(1000);
  expect(figures['joins.achieved']).toBe(figures['joins.offered']);
});

test('a tool that could not keep up says so, and can be made to fail', async () => {
  const churn = ['churn', '--rate', '40', '--arrivals', 'fixed', '--session', '200ms', '--rooms', '5'];
  const gate = ['--assert', 'bottleneck=0'];
  const run = loadTests.start(url, ...churn, ...gate, '--duration', '4s', '--ramp', '0', '--workers', '1');
  const [worker = 0] = await run.workers(1);
  await begun();
  await sleep(1000);
  process.kill(worker, 'SIGSTOP');
  await sleep(1200);
  process.kill(worker, 'SIGCONT');
  const { code, output, figures } = await run.outcome;
  expect(code).toBe(1);
  expect(output).toContain('The tool itself was a bottleneck');
  expect(output).toContain('FAILED  bottleneck=0: it was 1');
  expect(figures['tool.eventLoopMax']).toBeGreaterThan(1000);
  expect(figures['start.max']).toBeGreaterThan(1000);
  // What should have started meanwhile is measured from then all the same.
  expect(figures['join.max']).toBeGreaterThan(1000);
});

test('a worker process that dies is told, its share is missing, and the run fails with a report', async () => {
  const hold = ['hold', '--connections', '20', '--participants', '5', '--duration', '4s', '--ramp', '200ms'];
  const run = loadTests.start(url, ...hold, '--workers', '2', '--settle', '20s', '--assert', 'leaks=0');
  const [worker = 0] = await run.workers(2);
  while ((await metric('sessions')) < 20) await sleep(50);
  process.kill(worker, 'SIGKILL');
  const { code, output, figures, report } = await run.outcome;
  expect(code).toBe(1);
  expect(output).toMatch(/Worker process [12] of 2 was lost \(a worker process ended early \(SIGKILL\)\)/);
  // What it had measured since its last report, of a second at most, went with it.
  expect(figures['joins.achieved']).toBeGreaterThanOrEqual(10);
  expect(figures).toMatchObject({ leaves: 10, 'errors.tool.workerEnded': 1, leaks: 0 });
  expect(report?.passed).toBe(false);
});

test('whoever is left in the server after the load is a leak', async () => {
  const hold = ['hold', '--connections', '2', '--duration', '1500ms', '--ramp', '0', '--settle', '1s'];
  const run = loadTests.start(url, ...hold, '--assert', 'leaks=0');
  await begun();
  const peer = new SignalingPeer({ url, insecure: false, timeoutMs: 5_000 });
  await peer.connect();
  await peer.join({ room: 'left-behind' });
  const { code, output } = await run.outcome;
  await peer.leave();
  expect(code).toBe(1);
  for (const kind of ['connections', 'sessions', 'rooms']) expect(output).toContain(`${kind}: 0 before, 1 after`);
  expect(output).toContain('FAILED  leaks=0');
});

test('several machines begin together, and their reports are merged into one', async () => {
  const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 8000).toISOString();
  const churn = ['churn', '--rate', '10', '--session', '500ms', '--rooms', '3', '--duration', '2s', '--ramp', '0'];
  const machine = (name: string) =>
    loadTests.run(url, ...churn, '--name', name, '--start-at', at, '--json', loadTests.path(`${name}.json`));
  const machines = await Promise.all(['east', 'west'].map(machine));
  expect(machines.map(({ code, output }) => (code === 0 ? 'passed' : output))).toEqual(['passed', 'passed']);
  const [east, west] = ['east', 'west'].map((name) => JSON.parse(readFileSync(loadTests.path(`${name}.json`), 'utf8')));
  expect([east.startedAt, west.startedAt]).toEqual([at, at]);
  const gates = ['--assert', 'errors=0', '--assert', 'leaks=0', '--assert', 'join.p99<10s'];
  const merged = await loadTests.merge(loadTests.path('east.json'), loadTests.path('west.json'), ...gates);
  expect(merged.code).toBe(0);
  expect(merged.figures['joins.achieved']).toBe(east.figures['joins.achieved'] + west.figures['joins.achieved']);
  expect(merged.figures['join.max']).toBe(Math.max(east.figures['join.max'], west.figures['join.max']));
  expect(merged.output).toContain('Merged from 2 reports');
  const missed = await loadTests.merge(loadTests.path('east.json'), '--assert', 'join.p50<1us');
  expect(missed.code).toBe(1);
  const unusable = await loadTests.merge(loadTests.path('report.html'));
  expect([unusable.code, unusable.output]).toEqual([2, `${loadTests.path('report.html')}: is no JSON\n`]);
});

test('an interrupt ends the load early, and the report is still made', async () => {
  const run = loadTests.start(url, 'churn', '--rate', '20', '--duration', '10m', '--ramp', '0', '--assert', 'leaks=0');
  await begun();
  await sleep(1000);
  run.interrupt();
  const { code, output, report } = await run.outcome;
  expect(code).toBe(0);
  expect(output).toContain('The load was interrupted: it is shorter than planned.');
  expect(report?.elapsedSeconds).toBeLessThan(20);
  expect(await metric('connections')).toBe(0);
});

test('the same seed makes the same load, another one another', async () => {
  const offered = async (seed: string) => {
    const churn = [
      'churn',
      '--rate',
      '60',
      '--duration',
      '1s',
      '--ramp',
      '0',
      '--session',
      'exp:50ms',
      '--abrupt',
      '40%',
    ];
    const { figures } = await loadTests.run(url, ...churn, '--seed', seed, '--workers', '1');
    return { joins: figures['joins.offered'], vanished: figures.vanished };
  };
  const [first, second, other] = [await offered('7'), await offered('7'), await offered('8')];
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
});

test('uses all descriptors that it may, and says when these are too few', async () => {
  const hold = (connections: number) => [
    'hold',
    '--connections',
    String(connections),
    '--duration',
    '1s',
    '--ramp',
    '500ms',
    '--workers',
    '1',
  ];
  const raised = await loadTests.runAfter('ulimit -Sn 80', url, ...hold(100), '--assert', 'errors=0');
  expect(raised.output).not.toContain('file descriptors');
  expect(raised.code).toBe(0);
  const few = await loadTests.runAfter('ulimit -n 120', url, ...hold(100));
  expect(few.output).toContain('Each worker process needs 164 file descriptors but may open 120');
  expect(few.output).toContain('--workers 2');
});
