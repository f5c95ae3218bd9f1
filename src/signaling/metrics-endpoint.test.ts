import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Metrics } from '../shared/metrics.ts';
import { HubCounters } from '../shared/tally.ts';
import { MetricsEndpoint } from './metrics-endpoint.ts';

const none = () => 0;
const nothing = () => [];
let server: Server | undefined;
let metrics: Metrics | undefined;
afterEach(async () => {
  metrics?.close();
  server?.closeAllConnections();
  server?.close();
});

async function start(token?: string): Promise<string> {
  const sources = { connections: none, sessions: none, waitingSessions: none, rooms: () => 4, queuedBytes: none };
  const mailboxes = { mailboxEntries: nothing, mailboxBytes: none, rememberedIds: none };
  const objects = { sfuObjects: nothing, workerPids: () => [], turnObjects: nothing, turnTotals: nothing };
  metrics = new Metrics({ counters: new HubCounters(), ...sources, ...mailboxes, ...objects });
  const endpoint = new MetricsEndpoint({ metrics, token });
  server = createServer((request, response) => {
    if (!endpoint.handle(request, response)) response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('serves this machine without credentials', async () => {
  const response = await fetch(`${await start()}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await response.text()).toContain('crosspoint_rooms 4');
});

test('refuses what came through a proxy on this machine', async () => {
  const origin = await start();
  for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via']) {
    expect((await fetch(`${origin}/metrics`, { headers: { [name]: '203.0.113.7' } })).status).toBe(403);
  }
});

test('asks everyone for the token when there is one', async () => {
  const url = `${await start('a-long-secret')}/metrics`;
  const statusWith = async (authorization?: string): Promise<number> =>
    (await fetch(url, authorization === undefined ? {} : { headers: { authorization } })).status;
  expect(await statusWith()).toBe(401);
  expect(await statusWith('Bearer a-long-secre')).toBe(401);
  expect(await statusWith('Basic a-long-secret')).toBe(401);
  expect(await statusWith('Bearer a-long-secret')).toBe(200);
});

test('leaves other paths to others and other methods alone', async () => {
  const origin = await start();
  expect((await fetch(`${origin}/metricsx`)).status).toBe(404);
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405);
});
