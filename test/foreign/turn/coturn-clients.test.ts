import { generate } from 'selfsigned';
import { describe, type TestContext, test } from 'vitest';
import { createTurnServer, type TurnServer, type TurnServerOptions } from '../../../src/turn/turn-server.ts';
import { runCoturn, runUclient } from './coturn-client.ts';

const secret = 'north star';
const user = ['-u', 'alice', '-w', 'wonderland'];
/** Client to client through two relays, no RTP pairs, 100 messages of 160 bytes from each of 10 clients. */
const moderate = ['-y', '-c', '-l', '160', '-n', '100', '-m', '10', '-z', '20'];

interface Running {
  readonly server: TurnServer;
  portOf(transport: 'udp' | 'tcp' | 'tls'): string;
}

/** A server of its own for each test, since they run at the same time: coturn's clients spend most of it waiting. */
async function start(
  onTestFinished: TestContext['onTestFinished'],
  options: Partial<TurnServerOptions> = {},
): Promise<Running> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
  const server = await createTurnServer({
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
  onTestFinished(() => server.close());
  return {
    server,
    portOf: (transport) => String(server.addresses.find((place) => place.transport === transport)?.port),
  };
}

describe.concurrent('turnutils_stunclient', () => {
  test('learns its address', async ({ onTestFinished, expect }) => {
    const { portOf } = await start(onTestFinished);
    const { exitCode, output } = await runCoturn('turnutils_stunclient', ['-p', portOf('udp'), '127.0.0.1']);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/UDP reflexive addr: 127\.0\.0\.1:\d+/);
  });
});

describe.concurrent('turnutils_uclient', () => {
  test('goes on past the refreshes of everything that expires', async ({ onTestFinished, expect }) => {
    // uclient refreshes every 30 seconds. What it has expires sooner than the test ends.
    const lifetimes = { allocationSeconds: 34, maxAllocationSeconds: 34, permissionSeconds: 34, channelSeconds: 34 };
    const { server, portOf } = await start(onTestFinished, { lifetimes });
    const report = await runUclient([
      ...user,
      '-p',
      portOf('udp'),
      '-y',
      '-c',
      '-n',
      '190',
      '-m',
      '2',
      '-z',
      '200',
      '127.0.0.1',
    ]);
    expect(report.sent).toBe(380);
    expect(report.received).toBe(380);
    // uclient makes one allocation to begin with that it never uses again.
    const { allocationsCreated, allocationsExpired } = server.metrics();
    expect(allocationsExpired).toBeLessThanOrEqual(allocationsCreated - 2);
  }, 90_000);

  test.for([
    ['UDP with channels', 'udp', []],
    ['UDP with Send indications', 'udp', ['-s']],
    ['UDP with mandatory padding', 'udp', ['-D']],
    ['TCP with channels', 'tcp', ['-t']],
    ['TCP with Send indications', 'tcp', ['-t', '-s']],
  ] as const)('loses nothing over %s', async ([, transport, flags], { onTestFinished, expect }) => {
    const { server, portOf } = await start(onTestFinished);
    const report = await runUclient([...user, '-p', portOf(transport), ...moderate, ...flags, '127.0.0.1']);
    expect(report.sent).toBe(1_000);
    expect(report.received).toBe(1_000);
    expect(server.metrics().packetsToClient).toBeGreaterThanOrEqual(1_000);
  });

  // Against any server uclient reads one TLS record for each time its socket becomes readable, and so leaves the last
  // ones unread where two arrived together. What the server passed on is counted at the server.
  test.for([{ flags: ['-c'] }, { flags: ['-c', '-s'] }])(
    'is sent everything over TLS with $flags',
    async ({ flags }, { onTestFinished, expect }) => {
      const { server, portOf } = await start(onTestFinished);
      const args = ['-t', '-S', '-y', '-l', '160', '-n', '50', '-m', '4', '-z', '20', ...flags];
      const report = await runUclient([...user, '-p', portOf('tls'), ...args, '127.0.0.1']);
      expect(report.sent).toBe(200);
      expect(report.received).toBeGreaterThanOrEqual(160);
      const { packetsToPeer, packetsToClient, droppedBackpressure } = server.metrics();
      expect(packetsToPeer).toBeGreaterThanOrEqual(200);
      expect(packetsToClient).toBe(packetsToPeer);
      expect(droppedBackpressure).toBe(0);
    },
  );

  test('allocates pairs of ports with EVEN-PORT and reservation tokens', async ({ onTestFinished, expect }) => {
    const { portOf } = await start(onTestFinished);
    const args = ['-y', '-l', '160', '-n', '50', '-m', '4', '-z', '20'];
    const report = await runUclient([...user, '-p', portOf('udp'), ...args, '127.0.0.1']);
    expect(report.received).toBe(report.sent);
    expect(report.sent).toBeGreaterThanOrEqual(200);
  });

  test('is let in by ephemeral credentials of the shared secret', async ({ onTestFinished, expect }) => {
    const { portOf } = await start(onTestFinished);
    const args = ['-u', 'carol', '-W', secret, '-p', portOf('udp'), '-y', '-c', '-n', '20', '-m', '2'];
    expect((await runUclient([...args, '127.0.0.1'])).received).toBe(40);
  });

  test.for([
    ['a wrong password', ['-u', 'alice', '-w', 'wrong']],
    ['a wrong secret', ['-u', 'carol', '-W', 'another secret']],
    ['an unknown user', ['-u', 'mallory', '-w', 'wonderland']],
  ] as const)('is kept out with %s', async ([, credentials], { onTestFinished, expect }) => {
    const { server, portOf } = await start(onTestFinished);
    const { exitCode } = await runUclient([...credentials, '-p', portOf('udp'), '-y', '-c', '-n', '5', '127.0.0.1']);
    expect(exitCode).not.toBe(0);
    expect(server.metrics().allocationsCreated).toBe(0);
    expect(server.metrics().errorsByCode[401]).toBeGreaterThanOrEqual(2);
  });

  // Not -R: it waits for ever for replies to malformed messages, which are to be discarded in silence.
  test.for(['-N', '-G'] as const)(
    'leaves the server well after its extra requests %s',
    async (flag, { onTestFinished, expect }) => {
      const { portOf } = await start(onTestFinished);
      const report = await runUclient([...user, '-p', portOf('udp'), '-y', flag, '-n', '20', '-m', '2', '127.0.0.1']);
      expect(report.received).toBe(report.sent);
      const { output } = await runCoturn('turnutils_stunclient', ['-p', portOf('udp'), '127.0.0.1']);
      expect(output).toMatch(/UDP reflexive addr/);
    },
  );

  test('of a hundred clients at once loses nothing', async ({ onTestFinished, expect }) => {
    const { portOf } = await start(onTestFinished, { userQuota: 0, unauthenticatedBurst: 5_000 });
    const args = ['-y', '-c', '-l', '160', '-n', '20', '-m', '100', '-z', '200'];
    const report = await runUclient([...user, '-p', portOf('udp'), ...args, '127.0.0.1']);
    expect(report.sent).toBe(2_000);
    expect(report.received).toBe(2_000);
  });

  test('is served by two threads without loss', async ({ onTestFinished, expect }) => {
    const { portOf } = await start(onTestFinished, { threads: 2 });
    const report = await runUclient([...user, '-p', portOf('udp'), ...moderate, '127.0.0.1']);
    expect(report.received).toBe(1_000);
  });
});
