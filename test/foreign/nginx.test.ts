import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../support/free-port.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const documented = new URL('../../deploy/nginx/crosspoint.conf', import.meta.url);

interface Nginx {
  port: number;
  stop(): Promise<void>;
}

/** The documented server block with this test's ports, name and certificate, and nothing else changed. */
function siteConfig(options: { folder: string; upstreamPort: number; port: number; plainPort: number }): string {
  const { folder, upstreamPort, port, plainPort } = options;
  return readFileSync(documented, 'utf8')
    .replace('127.0.0.1:4300;', `127.0.0.1:${upstreamPort};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
    .replace('listen 80;', `listen 127.0.0.1:${plainPort};`)
    .replaceAll(/^ *listen \[::\].*$/gm, '')
    .replaceAll('server_name call.example.org;', 'server_name localhost;')
    .replaceAll('/etc/letsencrypt/live/call.example.org/fullchain.pem', join(folder, 'certificate.pem'))
    .replaceAll('/etc/letsencrypt/live/call.example.org/privkey.pem', join(folder, 'key.pem'));
}

async function startNginx(upstreamPort: number): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'crosspoint-nginx-'));
  const [port, plainPort] = [await freePort(), await freePort()];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...request, '-subj', '/CN=localhost', ...files], { stdio: 'ignore' });
  mkdirSync(join(folder, 'tmp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/tmp;`,
  );
  const site = siteConfig({ folder, upstreamPort, port, plainPort });
  const main = `daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${temporary.join(' ')}\n${site} }`;
  writeFileSync(join(folder, 'nginx.conf'), main);
  const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  await waitForHttps(port);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function waitForHttps(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const connected = await connectOnce(port).catch(() => undefined);
    if (connected !== undefined) return;
    await delay(50);
  }
  throw new Error('nginx did not start');
}

async function connectOnce(port: number): Promise<number> {
  const socket = openSocket(port, '/not-there');
  const [, response] = await once(socket, 'unexpected-response');
  socket.terminate();
  return response.statusCode;
}

function openSocket(port: number, path: string, origin = `https://localhost:${port}`): WebSocket {
  const socket = new WebSocket(`wss://localhost:${port}${path}`, 'crosspoint.v1', {
    rejectUnauthorized: false,
    origin,
    headers: { host: `localhost:${port}` },
    lookup: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  socket.on('error', () => undefined);
  return socket;
}

describe('behind nginx with the documented server block', () => {
  let server: ServerProcess;
  let nginx: Nginx;

  beforeAll(async () => {
    const proxy = ['--http-trust-proxy', '--http-allowed-origins', 'https://call.example.org'];
    const flags = ['--media-workers', '1', '--auth-mode', 'open', ...proxy];
    server = await startServerProcess(flags);
    nginx = await startNginx(server.http.port);
  });

  afterAll(async () => {
    await nginx?.stop();
    await server?.stop();
  });

  it('upgrades the WebSocket over TLS and answers a join', async () => {
    const socket = openSocket(nginx.port, '/signaling', 'https://call.example.org');
    await once(socket, 'open');
    expect(socket.protocol).toBe('crosspoint.v1');
    socket.send(JSON.stringify({ id: 1, method: 'join', params: { room: 'nginx', name: 'A' } }));
    const [data] = await once(socket, 'message');
    expect(JSON.parse(String(data))).toMatchObject({ id: 1, result: { resumed: false, participants: [] } });
    socket.close();
    await once(socket, 'close');
  });

  it('refuses a page of another origin', async () => {
    const socket = openSocket(nginx.port, '/signaling', 'https://evil.example');
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(403);
    socket.terminate();
  });
});
