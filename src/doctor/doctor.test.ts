import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../shared/config/load-config.ts';
import { obtainSelfSignedCertificate } from '../shared/tls/self-signed-certificate.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkCertificates } from './check-certificates.ts';
import { checkKernelLimits } from './check-kernel-limits.ts';
import { checkNode } from './check-node.ts';
import { checkPorts } from './check-ports.ts';
import { checkWorker } from './check-worker.ts';

const load = async (...args: string[]) => (await loadConfig({ args, environment: {}, cwd: tmpdir() })).config;
const OWN = new Set(['127.0.0.1', '192.168.1.5']);

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'crosspoint-doctor-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

describe('the doctor', () => {
  it('knows which Node is too old', () => {
    expect(checkNode('24.1.0').level).toBe('good');
    expect(checkNode('22.9.0').level).toBe('stop');
  });

  it('names a port that another program uses, and the key to change', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const ports = ['--media-port', '0', '--turn-listening-port', '0'];
    const findings = await checkPorts(await load('--port', String(port), ...ports));
    expect(findings).toEqual([
      {
        level: 'stop',
        text: `HTTP cannot listen on tcp port ${port} of 127.0.0.1 (EADDRINUSE)`,
        advice: [expect.stringContaining('http.port')],
      },
    ]);
    expect((await checkPorts(await load('--port', '0', ...ports)))[0]?.level).toBe('good');
  });

  it('sees that remote clients are told to send media to themselves', async () => {
    const config = await load('--http-host', '0.0.0.0', '--auth-mode', 'open');
    expect(checkAddresses(config, OWN)).toEqual([expect.objectContaining({ level: 'stop' })]);
  });

  it('accepts loopback as long as everything stays on it', async () => {
    expect(checkAddresses(await load(), OWN)).toEqual([expect.objectContaining({ level: 'good' })]);
  });

  it.each([
    ['192.168.1.5', 'hint', 'a private address'],
    ['203.0.113.9', 'hint', 'not an address of this machine'],
    ['sfu.example.org', 'good', 'sfu.example.org'],
  ])('judges the announced address %s as a %s', async (announced, level, text) => {
    const config = await load('--lan', '--media-announced-address', announced);
    expect(checkAddresses(config, OWN)).toEqual([
      expect.objectContaining({ level, text: expect.stringContaining(text) }),
    ]);
  });

  it('sees an address to listen on that the machine does not have', async () => {
    const config = await load('--media-listen-addresses', '192.168.1.77');
    expect(checkAddresses(config, OWN)[0]?.level).toBe('stop');
  });

  it('reads certificates, their keys and their time', async () => {
    const directory = await temporaryDirectory();
    const pair = await obtainSelfSignedCertificate({ directory, hosts: [] });
    const file = join(directory, 'pair.pem');
    await writeFile(file, `${pair.certificate}\n${pair.key}`);
    const config = await load('--http-tls-certificate', file, '--http-tls-key', file);
    expect((await checkCertificates(config))[0]?.level).toBe('good');
    const soon = new Date(Date.now() + 350 * 86_400_000);
    expect((await checkCertificates(config, soon))[0]).toMatchObject({ level: 'hint', advice: ['renew it soon'] });
    const absent = await load('--turn-certificate', file, '--turn-key', join(directory, 'absent'));
    expect((await checkCertificates(absent))[0]).toMatchObject({
      level: 'stop',
      text: expect.stringContaining('absent cannot be read'),
    });
  });

  it('weighs the kernel’s limits', () => {
    const levels = (openFiles: number, bytes: number) =>
      checkKernelLimits({ openFiles, receiveBufferBytes: bytes, sendBufferBytes: bytes }).map(({ level }) => level);
    expect(levels(20_000, 4_194_304)).toEqual(['good', 'good', 'good']);
    expect(levels(1_024, 212_992)).toEqual(['hint', 'hint', 'hint']);
    expect(levels(64, 4_194_304)[0]).toBe('stop');
  });

  it('says why a worker does not start', async () => {
    const directory = await temporaryDirectory();
    const worker = join(directory, 'worker');
    await writeFile(worker, '#!/bin/sh\nexit 41\n', { mode: 0o755 });
    expect((await checkWorker(worker)).level).toBe('good');
    await writeFile(worker, '#!/bin/sh\necho "libuv.so.1: cannot open" >&2\nexit 127\n');
    expect(await checkWorker(worker)).toMatchObject({ level: 'stop', text: expect.stringContaining('cannot open') });
    expect((await checkWorker(join(directory, 'absent'))).level).toBe('stop');
    expect((await checkWorker(undefined)).level).toBe('stop');
  });
});
