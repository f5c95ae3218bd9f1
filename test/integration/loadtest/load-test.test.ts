import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';

const cli = fileURLToPath(new URL('../../../src/loadtest/cli.ts', import.meta.url));
let server: ServerProcess;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'load-test-'));
  server = await startServerProcess(['--limits-resume-window-ms', '1000', '--log-level', 'error']);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

interface Outcome {
  code: number | null;
  output: string;
  figures: Record<string, number>;
}

async function loadTest(...args: string[]): Promise<Outcome> {
  const json = join(folder, 'report.json');
  const url = `http://${server.http.host}:${server.http.port}`;
  const all = [...args, '--url', url, '--workers', '1', '--json', json, '--html', join(folder, 'report.html')];
  const child = spawn(process.execPath, [cli, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = await once(child, 'close');
  const { figures } = JSON.parse(readFileSync(json, 'utf8'));
  return { code, output, figures };
}

test('churn with vanishing and resuming participants loses nobody, and leaves nothing behind', async () => {
  const { code, output, figures } = await loadTest(
    ...['churn', '--rate', '20', '--session', 'exp:1s', '--rooms', '4', '--abrupt', '20%', '--resume', '20%'],
    ...[
      '--duration',
      '3s',
      '--ramp',
      '500ms',
      '--assert',
      'errors=0',
      '--assert',
      'leaks=0',
      '--assert',
      'join.count>20',
    ],
  );
  expect(output).not.toContain('FAILED');
  expect(code).toBe(0);
  expect(figures['joins.achieved']).toBe(figures['joins.offered']);
  expect(figures['leaveSeen.count']).toBeGreaterThan(0);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<svg');
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

test('a missed gate and a server that is not there make it fail', async () => {
  const missed = await loadTest(
    'hold',
    '--connections',
    '2',
    '--duration',
    '1s',
    '--ramp',
    '0',
    '--assert',
    'join.p50<1us',
  );
  expect(missed.code).toBe(1);
  expect(missed.output).toContain('FAILED  join.p50<1us');
  const nowhere = ['hold', '--connections', '2', '--duration', '1s', '--ramp', '0', '--settle', '0'];
  await server.stop();
  const absent = await loadTest(...nowhere);
  expect(absent.figures['errors.connect.ECONNREFUSED']).toBe(2);
  expect(absent.code).toBe(1);
  expect(absent.output).toContain('Nobody could join');
  expect(absent.output).toContain('metrics could not be read');
});
