import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { freePort } from '../support/free-port.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { SignalingClient } from '../support/signaling-client.ts';

const token = 'a-token-of-the-metrics';
const folder = mkdtempSync(join(tmpdir(), 'crosspoint-prometheus-'));
let server: ServerProcess;
let prometheus: ChildProcess;
let port = 0;

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The scrape configuration of docs/metrics.md, of this server, every second, and nothing else changed. */
function documentedConfig(): string {
  const [, yaml = ''] = /```yaml\n# prometheus\.yml\n(.*?)```/s.exec(file('docs/metrics.md')) ?? [];
  return yaml
    .replace('scheme: https', 'scheme: http\n    scrape_interval: 1s')
    .replace('/etc/prometheus/crosspoint-token', join(folder, 'token'))
    .replace('call.example.org', `127.0.0.1:${server.http.port}`);
}

const answer = z.object({ status: z.string(), data: z.object({ result: z.array(z.unknown()) }) });

async function ask(expression: string): Promise<unknown[]> {
  const url = new URL('/api/v1/query', `http://127.0.0.1:${port}`);
  url.searchParams.set('query', expression);
  const { status, data } = answer.parse(await (await fetch(url)).json());
  expect(status).toBe('success');
  return data.result;
}

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

/** What the panels ask for, with Grafana's variables filled in. */
function dashboardQuestions(): { title: string; question: string }[] {
  const { panels }: { panels: Panel[] } = JSON.parse(file('deploy/grafana/crosspoint.json'));
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      question: expr.replaceAll('$instance', '.+').replaceAll('$__rate_interval', '20s'),
    })),
  );
}

/** Something of what is counted by kind: a counter without any has no kinds yet. */
async function makeTraffic(): Promise<void> {
  const [alice, bob] = await Promise.all(
    ['Alice', 'Bob'].map((name) => SignalingClient.join(server.signaling, { room: 'tea', name })),
  );
  await alice?.request('ping', {});
  await alice?.request('message', { to: 'nobody', body: 1 }).catch(() => undefined);
  await bob?.request('leave', {});
  alice?.socket.close();
}

beforeAll(async () => {
  server = await startServerProcess(['--metrics-token', token, '--media-workers', '1']);
  port = await freePort();
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(join(folder, 'prometheus.yml'), documentedConfig());
  const flags = ['--config.file', join(folder, 'prometheus.yml'), '--storage.tsdb.path', join(folder, 'data')];
  prometheus = spawn('/usr/bin/prometheus', [...flags, '--web.listen-address', `127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  while ((await ask('up == 1').catch(() => [])).length === 0) await delay(200);
  await makeTraffic();
});

afterAll(async () => {
  prometheus?.kill('SIGTERM');
  if (prometheus?.exitCode === null) await once(prometheus, 'exit');
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('finds nothing to object to in the metrics', async () => {
  const response = await fetch(`http://127.0.0.1:${server.http.port}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
  });
  writeFileSync(join(folder, 'metrics'), await response.text());
  const checked = execFileSync('bash', ['-c', `promtool check metrics < ${join(folder, 'metrics')} 2>&1`]);
  expect(checked.toString()).toBe('');
});

it('has an answer to every question of the dashboard', async () => {
  await expect
    .poll(() => ask('rate(crosspoint_requests_total{method="message"}[20s])'), { timeout: 15_000 })
    .toHaveLength(1);
  const questions = dashboardQuestions();
  expect(questions.length).toBeGreaterThan(30);
  const unanswered: string[] = [];
  for (const { title, question } of questions) if ((await ask(question)).length === 0) unanswered.push(title);
  // Nobody has an identity here, so no message was acknowledged.
  expect(unanswered).toEqual(['Acknowledged messages']);
});
