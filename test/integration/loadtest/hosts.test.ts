import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestLan, type TestLan } from '../../support/test-lan.ts';
import { LoadTests } from './load-test-run.ts';

const metricsToken = 'for the load test only';
const loadTests = new LoadTests();
let lan: TestLan;
let server: ServerProcess;
let url = '';
let access: string[];

beforeAll(async () => {
  lan = createTestLan({ guests: 2 });
  const flags = ['--lan', '--metrics-token', metricsToken, '--limits-resume-window-ms', '1000', '--log-level', 'error'];
  server = await startServerProcess(flags, { node: lan.serverHost.wrap(process.execPath) });
  const link = new URL(server.links?.guest ?? '');
  url = link.origin;
  const token = link.hash.replace('#/?token=', '');
  access = ['--token', token, '--metrics-token', metricsToken, '--insecure'];
});

afterAll(async () => {
  await server?.stop();
  lan?.[Symbol.dispose]();
  loadTests[Symbol.dispose]();
});

test('a load from several hosts on a network is one load, with the figures of a server that is none of them', async () => {
  const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 8000).toISOString();
  const churn = ['churn', '--rate', '5', '--session', '500ms', '--rooms', '3', '--duration', '3s', '--ramp', '0'];
  const run = (name: string, index: number) => {
    const host = lan.guestHosts[index] ?? lan.guestHost;
    const own = ['--name', name, '--start-at', at, '--json', loadTests.path(`${name}.json`), '--assert', 'errors=0'];
    return loadTests.runOn(host, url, ...churn, ...own, ...access);
  };
  const hosts = await Promise.all(['east', 'west'].map(run));
  expect(hosts.map(({ code, output }) => (code === 0 ? 'passed' : output))).toEqual(['passed', 'passed']);
  const gates = ['--assert', 'errors=0', '--assert', 'leaks=0', '--assert', 'joins.achieved>=1'];
  const merged = await loadTests.merge(loadTests.path('east.json'), loadTests.path('west.json'), ...gates);
  expect(merged.code).toBe(0);
  expect(merged.output).toContain('Merged from 2 reports');
  const own = ['east', 'west'].map((name) => JSON.parse(readFileSync(loadTests.path(`${name}.json`), 'utf8')));
  const joins = [...own, merged].map(({ figures }) => figures['joins.achieved'] ?? 0);
  expect(Math.min(...joins)).toBeGreaterThan(4);
  expect(joins[2]).toBe((joins[0] ?? 0) + (joins[1] ?? 0));
  expect(merged.figures['server.connections.max']).toBeGreaterThan(0);
});

test('media comes over the network to another host', async () => {
  const media = [
    'media',
    '--rooms',
    '1',
    '--participants',
    '3',
    '--publishers',
    '2',
    '--duration',
    '5s',
    '--ramp',
    '500ms',
  ];
  const gates = ['--assert', 'errors=0', '--assert', 'media.tracksMissing=0', '--assert', 'media.loss<1%'];
  const { code, output, figures } = await loadTests.runOn(lan.guestHost, url, ...media, ...gates, ...access);
  expect(code === 0 ? 'passed' : output).toBe('passed');
  expect(figures['media.tracksGot']).toBe(8);
});
