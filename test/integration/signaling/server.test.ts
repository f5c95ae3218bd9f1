import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createServer, type RunningServer } from '../../../src/server.ts';
import { loadConfig } from '../../../src/shared/config/load-config.ts';
import { createSilentLogger } from '../../../src/shared/logger.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { workerBin } from '../../support/worker-bin.ts';

const anyPort = ['--http-port=0', '--media-port=0', '--turn-listening-port=0', '--turn-tls-listening-port=0'];

let server: RunningServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(...args: string[]): Promise<RunningServer> {
  const sources = { args: [...anyPort, '--media-workers=1', ...args], environment: {}, cwd: tmpdir() };
  const { config } = await loadConfig({ ...sources, args: [...sources.args, `--media-worker-bin=${workerBin()}`] });
  server = await createServer({ config, logger: createSilentLogger() });
  return server;
}

describe('createServer', () => {
  it('says where everything listens, and hands out its own STUN and TURN servers', async () => {
    const { addresses } = await start();
    expect(addresses.signaling).toBe(`ws://127.0.0.1:${addresses.http.port}/signaling`);
    expect(addresses.media.map(({ protocol }) => protocol)).toEqual(['udp', 'tcp']);
    const { me } = await SignalingClient.join(addresses.signaling, { room: 'tea' });
    expect(me.iceServers.flatMap(({ urls }) => urls)).toEqual(addresses.turn.map(({ url }) => url));
    expect(me.iceServers[1]?.username).toMatch(new RegExp(`^\\d+:${me.participant.id}$`));
  });

  it('answers health checks, and refuses WebSockets elsewhere', async () => {
    const { addresses } = await start();
    const health = await fetch(new URL('/healthz', addresses.demo));
    expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
    const elsewhere = new SignalingClient(addresses.signaling.replace('signaling', 'other'));
    const status = await new Promise((resolve) =>
      elsewhere.socket.once('unexpected-response', (_, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(404);
  });

  it('speaks HTTPS and WSS, and TURN over TLS, with a certificate', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'crosspoint-'));
    const { addresses } = await start('--http-tls-self-signed', `--cache-directory=${cache}`);
    const client = await SignalingClient.connect(addresses.signaling, { rejectUnauthorized: false });
    const { iceServers } = await client.request('join', { room: 'tea' });
    expect(iceServers[1]?.urls.some((url) => url.startsWith('turns:'))).toBe(true);
    const url = new URL('/healthz', addresses.demo);
    const status = await new Promise((resolve) =>
      httpsRequest(url, { rejectUnauthorized: false }, (response) => resolve(response.statusCode)).end(),
    );
    expect(status).toBe(200);
    await rm(cache, { recursive: true });
  });

  it('closes everything, and twice is once', async () => {
    const running = await start();
    const client = await SignalingClient.join(running.addresses.signaling, { room: 'tea' });
    const [pid = 0] = running.workerPids();
    await Promise.all([running.close(), running.close()]);
    expect(await client.closed).toEqual({ code: 4503, reason: 'serverShutdown' });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(fetch(new URL('/healthz', running.addresses.demo))).rejects.toThrow();
  });

  it('leaves nothing behind when a part cannot start', async () => {
    const { addresses } = await start();
    const sources = { environment: {}, cwd: tmpdir() };
    const taken = `--http-port=${addresses.http.port}`;
    const args = [...anyPort, taken, '--media-workers=1', `--media-worker-bin=${workerBin()}`];
    const { config } = await loadConfig({ ...sources, args });
    await expect(createServer({ config, logger: createSilentLogger() })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
