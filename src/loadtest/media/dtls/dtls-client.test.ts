import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { keyingMaterialBytes } from '../srtp.ts';
import { createCertificate, type DtlsCertificate } from './certificate.ts';
import { DtlsClient } from './dtls-client.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** OpenSSL as the other side: what mediasoup and the browsers are built on. */
describe.skipIf(!hasOpenssl)('towards OpenSSL', () => {
  let folder = '';
  let certificate: DtlsCertificate;
  let server: ChildProcess | undefined;
  let socket: Socket | undefined;
  let client: DtlsClient | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dtls-'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', 'cert.pem', '-subj', '/CN=x'], {
      cwd: folder,
      stdio: 'ignore',
    });
    certificate = await createCertificate();
  });
  afterEach(() => {
    client?.close();
    socket?.close();
    server?.kill();
    client = socket = server = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function fingerprint(): string {
    const output = execFileSync('openssl', ['x509', '-in', 'cert.pem', '-noout', '-fingerprint', '-sha256'], {
      cwd: folder,
    });
    return `sha-256 ${String(output).trim().split('=')[1]}`;
  }

  async function freePort(): Promise<number> {
    const probe = createSocket('udp4');
    probe.bind(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    return port;
  }

  /** Starts the server and a client, and resolves with what each side exported, or with the failure. */
  async function handshake(options: { remoteFingerprint?: string; profile?: string; flags?: string[] } = {}) {
    const port = await freePort();
    const exporter = ['-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', String(keyingMaterialBytes)];
    const process = spawn(
      'openssl',
      [
        ...['s_server', '-dtls1_2', '-accept', `127.0.0.1:${port}`, '-cert', 'cert.pem', '-key', 'key.pem'],
        ...['-use_srtp', options.profile ?? 'SRTP_AEAD_AES_128_GCM', '-Verify', '1'],
        ...exporter,
        ...(options.flags ?? []),
      ],
      { cwd: folder },
    );
    server = process;
    let printed = '';
    const exported = new Promise<string>((resolve) => {
      process.stdout.on('data', (chunk) => {
        printed += String(chunk);
        const material = /Keying material: ([0-9A-F]+)/.exec(printed)?.[1];
        if (material) resolve(material);
      });
    });
    await new Promise<void>((resolve) => {
      process.stdout.on('data', () => printed.includes('ACCEPT') && resolve());
    });
    const own = createSocket('udp4');
    socket = own;
    own.connect(port, '127.0.0.1');
    await once(own, 'connect');
    const remoteFingerprint = options.remoteFingerprint ?? fingerprint();
    const outcome = await new Promise<{ material: string } | { failure: string }>((resolve) => {
      client = new DtlsClient({
        certificate,
        remoteFingerprint,
        keyingMaterialBytes,
        send: (datagram) => own.send(datagram),
        onConnected: (material) => resolve({ material: material.toString('hex').toUpperCase() }),
        onFailed: (failure) => resolve({ failure }),
      });
      own.on('message', (datagram) => client?.receive(datagram));
      client.start();
    });
    return { outcome, exported };
  }

  test('agrees on the same keying material', async () => {
    const { outcome, exported } = await handshake();
    expect(outcome).toEqual({ material: await exported });
  });

  test('copes with a server that fragments its handshake messages', async () => {
    const { outcome, exported } = await handshake({ flags: ['-mtu', '256'] });
    expect(outcome).toEqual({ material: await exported });
  });

  test('copes with a server that first asks for a cookie', async () => {
    const { outcome, exported } = await handshake({ flags: ['-listen'] });
    expect(outcome).toEqual({ material: await exported });
  });

  test('refuses a certificate that is not the one in the SDP', async () => {
    const { outcome } = await handshake({ remoteFingerprint: certificate.fingerprint });
    expect(outcome).toEqual({ failure: 'the certificate is not the one in the SDP' });
  });

  test('fails when there is no common SRTP profile', async () => {
    const { outcome } = await handshake({ profile: 'SRTP_AES128_CM_SHA1_80' });
    expect(outcome).toEqual({ failure: 'no common SRTP profile' });
  });
});

test('drops datagrams that are noise', async () => {
  const failures: string[] = [];
  const client = new DtlsClient({
    certificate: await createCertificate(),
    remoteFingerprint: 'sha-256 00',
    keyingMaterialBytes,
    send: () => undefined,
    onConnected: () => undefined,
    onFailed: (reason) => failures.push(reason),
  });
  client.start();
  for (let length = 0; length < 60; length++) client.receive(Buffer.alloc(length, 23));
  client.close();
  expect(failures).toEqual([]);
});
