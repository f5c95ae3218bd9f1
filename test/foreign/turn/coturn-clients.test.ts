import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTurnServer, type TurnServer, type TurnServerOptions } from '../../../src/turn/turn-server.ts';
import { runCoturn, runUclient } from './coturn-client.ts';

const secret = 'north star';
const user = ['-u', 'alice', '-w', 'wonderland'];
/** Client to client through two relays, no RTP pairs, 100 messages of 160 bytes from each of 10 clients. */
const moderate = ['-y', '-c', '-l', '160', '-n', '100', '-m', '10', '-z', '20'];

let server: TurnServer;

async function start(options: Partial<TurnServerOptions> = {}): Promise<TurnServer> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
  return createTurnServer({
    listeningPort: 0,
    tlsListeningPort: 0,
    certificate: cert,
    key,
    users: { alice: 'wonderland' },
    secrets: [secret],
    allowLoopbackPeers: true,
    // uclient picks its channels from the wider range of RFC 5766.
    rfc5766Channels: true,
    ...options,
  });
}

function portOf(running: TurnServer, transport: 'udp' | 'tcp' | 'tls'): string {
  return String(running.addresses.find((place) => place.transport === transport)?.port);
}

beforeAll(async () => {
  server = await start();
});

afterAll(() => server.close());

test('turnutils_stunclient learns its address', async () => {
  const { exitCode, output } = await runCoturn('turnutils_stunclient', ['-p', portOf(server, 'udp'), '127.0.0.1']);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/UDP reflexive addr: 127\.0\.0\.1:\d+/);
});

describe('turnutils_uclient', () => {
  test.each([
    ['UDP with channels', 'udp', []],
    ['UDP with Send indications', 'udp', ['-s']],
    ['UDP with mandatory padding', 'udp', ['-D']],
    ['TCP with channels', 'tcp', ['-t']],
    ['TCP with Send indications', 'tcp', ['-t', '-s']],
  ] as const)('loses nothing over %s', async (_what, transport, flags) => {
    const before = server.metrics();
    const report = await runUclient([...user, '-p', portOf(server, transport), ...moderate, ...flags, '127.0.0.1']);
    expect(report.sent).toBe(1_000);
    expect(report.received).toBe(1_000);
    expect(server.metrics().packetsToClient - before.packetsToClient).toBeGreaterThanOrEqual(1_000);
  });

  // Against any server uclient reads one TLS record for each time its socket becomes readable, and so leaves the last
  // ones unread where two arrived together. What the server passed on is counted at the server.
  test.each([[['-c']], [['-c', '-s']]])('is sent everything over TLS with %j', async (flags) => {
    const before = server.metrics();
    const args = ['-t', '-S', '-y', '-l', '160', '-n', '50', '-m', '4', '-z', '20', ...flags];
    const report = await runUclient([...user, '-p', portOf(server, 'tls'), ...args, '127.0.0.1']);
    const after = server.metrics();
    expect(report.sent).toBe(200);
    expect(report.received).toBeGreaterThanOrEqual(160);
    expect(after.packetsToPeer - before.packetsToPeer).toBeGreaterThanOrEqual(200);
    expect(after.packetsToClient - before.packetsToClient).toBeGreaterThanOrEqual(200);
    expect(after.droppedBackpressure).toBe(before.droppedBackpressure);
  });

  test('allocates pairs of ports with EVEN-PORT and reservation tokens', async () => {
    const args = ['-y', '-l', '160', '-n', '50', '-m', '4', '-z', '20'];
    const report = await runUclient([...user, '-p', portOf(server, 'udp'), ...args, '127.0.0.1']);
    expect(report.received).toBe(report.sent);
    expect(report.sent).toBeGreaterThanOrEqual(200);
  });

  test('is let in by ephemeral credentials of the shared secret', async () => {
    const args = ['-u', 'carol', '-W', secret, '-p', portOf(server, 'udp'), '-y', '-c', '-n', '20', '-m', '2'];
    const report = await runUclient([...args, '127.0.0.1']);
    expect(report.received).toBe(40);
  });

  test.each([
    ['a wrong password', ['-u', 'alice', '-w', 'wrong']],
    ['a wrong secret', ['-u', 'carol', '-W', 'another secret']],
    ['an unknown user', ['-u', 'mallory', '-w', 'wonderland']],
  ])('is kept out with %s', async (_what, credentials) => {
    const before = server.metrics().allocationsCreated;
    const { exitCode } = await runUclient([
      ...credentials,
      '-p',
      portOf(server, 'udp'),
      '-y',
      '-c',
      '-n',
      '5',
      '127.0.0.1',
    ]);
    expect(exitCode).not.toBe(0);
    expect(server.metrics().allocationsCreated).toBe(before);
  });

  test('negative and protocol tests leave the server well', async () => {
    for (const flag of ['-N', '-R', '-G']) {
      await runUclient([...user, '-p', portOf(server, 'udp'), '-y', '-c', flag, '-n', '20', '-m', '2', '127.0.0.1']);
    }
    const { output } = await runCoturn('turnutils_stunclient', ['-p', portOf(server, 'udp'), '127.0.0.1']);
    expect(output).toMatch(/UDP reflexive addr/);
  });

  test('of a hundred clients at once loses nothing', async () => {
    const many = await start({ userQuota: 0, unauthenticatedBurst: 5_000 });
    const args = ['-y', '-c', '-l', '160', '-n', '20', '-m', '100', '-z', '200'];
    const report = await runUclient([...user, '-p', portOf(many, 'udp'), ...args, '127.0.0.1']);
    await many.close();
    expect(report.sent).toBe(2_000);
    expect(report.received).toBe(2_000);
  });

  test('goes on past refreshes of everything that expires, and past a stale nonce', async () => {
    // uclient refreshes on its own clock, every few seconds; what it has expires sooner than the test ends.
    const short = await start({
      lifetimes: {
        allocationSeconds: 6,
        maxAllocationSeconds: 6,
        permissionSeconds: 6,
        channelSeconds: 6,
        nonceSeconds: 2,
      },
    });
    const args = ['-y', '-c', '-l', '160', '-n', '600', '-m', '2', '-z', '20'];
    const report = await runUclient([...user, '-p', portOf(short, 'udp'), ...args, '127.0.0.1']);
    const metrics = short.metrics();
    await short.close();
    expect(report.sent).toBe(1_200);
    expect(report.received).toBe(1_200);
    expect(metrics.allocationsExpired).toBe(0);
  });

  test('is served by two threads without loss', async () => {
    const threaded = await start({ threads: 2 });
    const report = await runUclient([...user, '-p', portOf(threaded, 'udp'), ...moderate, '127.0.0.1']);
    await threaded.close();
    expect(report.received).toBe(1_000);
  });
});
