import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { byLabel, parsePrometheus, sumOf } from '../../../src/loadtest/core/prometheus.ts';
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

const loadTest = (...args: string[]) => loadTests.run(url, ...args, '--workers', '1');

test('churn with vanishing and resuming participants loses nobody, and leaves nothing behind', async () => {
  const { code, output, figures } = await loadTest(
    ...['churn', '--rate', '20', '--session', 'exp:1s', '--rooms', '4', '--abrupt', '20%', '--resume', '20%'],
    ...['--duration', '3s', '--ramp', '500ms'],
    ...['--assert', 'errors=0', '--assert', 'leaks=0', '--assert', 'join.count>20'],
  );
  expect(output).not.toContain('FAILED');
  expect(code).toBe(0);
  expect(figures['joins.achieved']).toBe(figures['joins.offered']);
  expect(figures['leaveSeen.count']).toBeGreaterThan(0);
  expect(readFileSync(loadTests.path('report.html'), 'utf8')).toContain('<svg');
});

test('messages and relayed negotiations arrive completely', async () => {
  const fanout = await loadTest(
    ...['fanout', '--rooms', '2', '--participants', '5', '--rate', '5', '--duration', '3s', '--ramp', '500ms'],
    ...['--assert', 'messages.lost=0', '--assert', 'errors=0'],
  );
  expect(fanout.output).not.toContain('FAILED');
  const signal = await loadTest('signal', '--rooms', '3', '--rate', '3', '--duration', '3s', '--ramp', '500ms');
  expect(signal.figures['negotiations.achieved']).toBe(signal.figures['negotiations.offered']);
  expect(signal.figures.errors).toBe(0);
});

test('headless participants receive every track of the others over ICE, DTLS and SRTP', async () => {
  const { output, figures } = await loadTest(
    ...['media', '--rooms', '1', '--participants', '3', '--duration', '4s', '--ramp', '500ms'],
    ...['--assert', 'media.tracksMissing=0', '--assert', 'errors=0', '--assert', 'leaks=0'],
  );
  expect(output).not.toContain('FAILED');
  expect(figures['media.tracksGot']).toBe(12);
  expect(figures['dtls.count']).toBe(6);
  expect(figures['media.received']).toBeGreaterThan(500);
});

test('the server’s metrics tell of this load what an operator asks', async () => {
  const samples = parsePrometheus(await (await fetch(`${url}/metrics`)).text());
  const counted = [
    ...['connections_accepted', 'frames_received', 'received_bytes', 'frames_sent', 'sent_bytes', 'writes', 'resumes'],
    ...['requests', 'sessions_ended', 'worker_cpu_seconds'],
  ];
  for (const name of counted) expect(sumOf(samples, `crosspoint_${name}_total`), name).toBeGreaterThan(0);
  const requests = byLabel(samples, 'crosspoint_requests_total');
  for (const method of ['join', 'leave', 'message', 'offer', 'answer', 'candidate', 'subscribe']) {
    expect(requests.get(method), method).toBeGreaterThan(0);
  }
  const ended = byLabel(samples, 'crosspoint_sessions_ended_total');
  for (const reason of ['left', 'timeout']) expect(ended.get(reason), reason).toBeGreaterThan(0);
  for (const name of ['join', 'publish']) {
    expect(samples.get(`crosspoint_${name}_seconds_count`), name).toBeGreaterThan(0);
    const mean =
      (samples.get(`crosspoint_${name}_seconds_sum`) ?? 0) / (samples.get(`crosspoint_${name}_seconds_count`) ?? 1);
    expect(mean, name).toBeGreaterThan(0);
    expect(mean, name).toBeLessThan(5);
  }
  expect(byLabel(samples, 'crosspoint_sfu_objects').get('workers')).toBeGreaterThan(0);
  expect(samples.get('crosspoint_sessions')).toBe(0);
});

test('a missed gate makes it fail', async () => {
  const hold = ['hold', '--connections', '2', '--duration', '1s', '--ramp', '0'];
  const missed = await loadTest(...hold, '--assert', 'join.p50<1us');
  expect(missed.code).toBe(1);
  expect(missed.output).toContain('FAILED  join.p50<1us');
});

test('a server whose metrics cannot be read is loaded, but passes no leak gate', async () => {
  const hold = ['hold', '--connections', '2', '--duration', '1s', '--ramp', '0'];
  const blind = await loadTest(...hold, '--metrics-url', `${url}/nowhere`, '--assert', 'leaks=0');
  expect(blind.code).toBe(1);
  expect(blind.figures['joins.achieved']).toBe(2);
  expect(blind.output.indexOf('metrics could not be read')).toBeLessThan(blind.output.indexOf('hold:'));
  expect(blind.output).toContain('FAILED  leaks=0: leaks was not measured');
});

test('when nobody may join it fails, whatever the gates say', async () => {
  await using guarded = await startServerProcess([
    '--auth-mode',
    'token',
    '--auth-api-keys',
    'k:0123456789012345678901234567890123',
  ]);
  const address = `http://${guarded.http.host}:${guarded.http.port}`;
  const refused = await loadTests.run(
    address,
    'hold',
    '--connections',
    '2',
    '--duration',
    '1s',
    '--ramp',
    '0',
    '--settle',
    '5s',
  );
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('Nobody could join');
  expect(refused.figures.errors).toBe(2);
  expect(refused.figures.leaks).toBe(0);
});

test('a server that is not there is named at once', async () => {
  await server.stop();
  const { code, output, report } = await loadTest('hold', '--connections', '2');
  expect(code).toBe(1);
  expect(output).toBe(
    `${url} cannot be connected to (ECONNREFUSED): nothing listens there; is the server running, and is the port right?\n`,
  );
  expect(report).toBeUndefined();
});
