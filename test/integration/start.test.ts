import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServerProcess } from '../support/server-process.ts';
import { SignalingClient } from '../support/signaling-client.ts';
import { threadNiceness } from '../support/thread-niceness.ts';
import { workerBin } from '../support/worker-bin.ts';

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

describe('starting the server', () => {
  it('tells in one line of JSON the ports that the system chose, and serves on them', async () => {
    await using server = await startServerProcess();
    expect(server.http.host).toBe('127.0.0.1');
    expect(server.http.port).toBeGreaterThan(0);
    expect(server.demo).toBe(`http://127.0.0.1:${server.http.port}/`);
    expect(server.signaling).toMatch(new RegExp(`^ws://127.0.0.1:${server.http.port}/`));
    expect(await (await fetch(new URL('healthz', server.demo))).text()).toBe('ok\n');
    expect(await server.stop()).toBe(0);
  });

  it('lets the collector’s threads give way to the event loop', async () => {
    await using server = await startServerProcess();
    const helpers = threadNiceness(server.pid).filter(({ name }) => name === 'V8Worker');
    expect(helpers.length).toBeGreaterThan(0);
    for (const { niceness } of helpers) expect(niceness).toBe(10);
  });

  it('serves HTTPS with a generated certificate when asked', async () => {
    await using server = await startServerProcess(['--self-signed']);
    expect(server.demo).toMatch(/^https:/);
    expect(server.signaling).toMatch(/^wss:/);
    const request = get(new URL('healthz', server.demo), { rejectUnauthorized: false });
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it('prints the network’s address and a QR code with --lan', async () => {
    const flags = [
      '--lan',
      '--port',
      '0',
      '--media-port',
      '0',
      '--turn-listening-port',
      '0',
      '--turn-tls-listening-port',
      '0',
    ];
    const child = spawn(process.execPath, [mainFile, ...flags, '--ready-json', '--log-level', 'warn'], {
      env: { ...process.env, MEDIASOUP_WORKER_BIN: workerBin() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.includes('"event":"ready"')) break;
    }
    const [, demo = '', token = ''] =
      /Web demo +(https:\/\/\d+\.\d+\.\d+\.\d+:\d+\/)#\/\?token=(\S+)/.exec(output) ?? [];
    expect(output).toContain('▄▄▄▄▄');
    const signaling = demo.replace('https', 'wss').concat('signaling');
    const guest = await SignalingClient.connect(signaling, { rejectUnauthorized: false });
    await expect(guest.request('join', { room: 'tea' })).rejects.toMatchObject({ code: 'unauthorized' });
    expect((await guest.request('join', { room: 'tea', token })).participant.identity).toBeUndefined();
    guest.socket.close();
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  it('says loudly that it asks for no token, also when only this machine can reach it, and is quiet with a key', async () => {
    const development = 'development mode: no access token is asked for';
    await using open = await startServerProcess();
    await expect.poll(() => open.log()).toContain(development);
    await using locked = await startServerProcess(['--auth-api-keys', `web:${'x'.repeat(32)}`]);
    await locked.stop();
    expect(locked.log()).not.toContain(development);
  });

  it('does not start beyond loopback without a decision about who may join, and warns when it is open', async () => {
    await expect(startServerProcess(['--host', '0.0.0.0'])).rejects.toThrow('expected a decision about who may join');
    await using server = await startServerProcess(['--host', '0.0.0.0', '--auth-mode', 'open']);
    await expect
      .poll(() => server.log())
      .toContain('open mode: everybody who can reach this server may join every room');
  });

  it('says which port is in use, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(startServerProcess(['--http-port', String(port)])).rejects.toThrow(
      `127.0.0.1 port ${port} is in use by another program`,
    );
  });
});
