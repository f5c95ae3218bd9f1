import { describe, expect, test } from 'vitest';
import { readCommandLine, usage } from './cli-options.ts';
import { parseTurnOptions } from './options.ts';

const users = { alice: 'wonderland' };

describe('the options', () => {
  test('have defaults that listen on loopback only, with the lifetimes of RFC 8656', () => {
    expect(parseTurnOptions({ users })).toMatchObject({
      listeningAddresses: ['127.0.0.1'],
      listeningPort: 3478,
      tlsListeningPort: 5349,
      allowLoopbackPeers: false,
      lifetimes: { allocationSeconds: 600, maxAllocationSeconds: 3600, permissionSeconds: 300, channelSeconds: 600 },
    });
  });

  test.each([
    [{}, /secrets/],
    [{ users, deniedPeers: ['10.0.0.0/40'] }, /10\.0\.0\.0\/40/],
    [{ users, allowedPeers: ['localhost'] }, /localhost/],
    [{ users, listeningAddresses: ['example.org'] }, /example\.org/],
    [{ users, externalAddresses: ['1.2.3.4/::1'] }, /externalAddresses/],
    [{ users, minPort: 60_000, maxPort: 50_000 }, /minPort/],
    [{ users, certificate: 'x' }, /key/],
    [{ users, noUdp: true, noTcp: true }, /noUdp/],
    [{ users, secrets: ['short'] }, /secrets/],
    [{ users, lifetimes: { permissionSeconds: 0 } }, /permissionSeconds/],
    [{ users, listenPort: 1 }, /listenPort/],
  ])('%j are refused by name', (input, expected) => {
    expect(() => parseTurnOptions(input)).toThrow(expected);
  });

  test('need no users where only STUN is answered', () => {
    expect(parseTurnOptions({ stunOnly: true }).stunOnly).toBe(true);
  });
});

describe('the command line', () => {
  test("takes coturn's names", () => {
    const { options } = readCommandLine([
      '--listening-port',
      '3479',
      '--listening-ip',
      '127.0.0.1',
      '--listening-ip',
      '::1',
      '--external-ip',
      '8.8.4.4/10.0.0.1',
      '--min-port',
      '50000',
      '--static-auth-secret',
      'the shared secret',
      '--user',
      'alice:pass:word',
      '--user-quota',
      '7',
      '--denied-peer-ip',
      '9.9.9.1-9.9.9.9',
      '--no-tls',
      '--permission-lifetime',
      '30',
      '--relay-threads',
      '2',
    ]);
    expect(parseTurnOptions(options)).toMatchObject({
      listeningPort: 3479,
      listeningAddresses: ['127.0.0.1', '::1'],
      externalAddresses: ['8.8.4.4/10.0.0.1'],
      minPort: 50_000,
      secrets: ['the shared secret'],
      users: { alice: 'pass:word' },
      userQuota: 7,
      deniedPeers: ['9.9.9.1-9.9.9.9'],
      noTls: true,
      lifetimes: { permissionSeconds: 30, channelSeconds: 600 },
      threads: 2,
    });
  });

  test('refuses what it does not know and what is no number', () => {
    expect(() => readCommandLine(['--nonsense'])).toThrow(/nonsense/);
    expect(() => readCommandLine(['--min-port', 'many'])).toThrow(/--min-port/);
    expect(() => readCommandLine(['--user', 'alice'])).toThrow(/name:password/);
  });

  test('explains every flag', () => {
    expect(readCommandLine(['--help']).help).toBe(true);
    expect(usage()).toContain('--static-auth-secret');
    expect(
      usage()
        .split('\n')
        .filter((line) => line.startsWith('  --'))
        .every((line) => line.trim().split(/\s{2,}/).length >= 2),
    ).toBe(true);
  });
});
