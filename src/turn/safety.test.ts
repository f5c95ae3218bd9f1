import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { turnLimits } from '../shared/limits.ts';
import { attributeType } from './stun/attribute-type.ts';
import { stunClass, stunMethod } from './stun/stun-type.ts';
import {
  channelAttribute,
  channelData,
  codeOf,
  peerAttribute,
  sendIndication,
  TurnTestClient,
  udpTransport,
  uint32,
} from './testing/turn-test-client.ts';
import {
  alice,
  connect,
  connectAllocated,
  createCertificate,
  openPeer,
  startServer,
  until,
} from './testing/turn-test-server.ts';

const payload = Buffer.from('payload');

describe('the SFU', () => {
  test('is reachable at its exact address and port while everything else on the host is refused', async () => {
    const [sfu, other] = [await openPeer(), await openPeer()];
    const { udp, server } = await startServer({
      allowLoopbackPeers: false,
      allowedPeerAddresses: [{ address: sfu.address, port: sfu.port }],
    });
    const client = await connectAllocated(udp);
    expect(codeOf(await client.request(stunMethod.createPermission, [peerAttribute('127.0.0.1', 1)]))).toBeUndefined();
    client.send(sendIndication(peerAttribute(sfu.address, sfu.port), payload));
    const { remote } = await sfu.next();
    client.send(sendIndication(peerAttribute(other.address, other.port), payload));
    other.socket.send('unasked', remote.port, remote.address);
    await until(() => server.metrics().droppedForbiddenPeer === 2);
    expect(await client.isSilent()).toBe(true);
    expect(
      codeOf(
        await client.request(stunMethod.channelBind, [
          channelAttribute(0x4000),
          peerAttribute('127.0.0.1', other.port),
        ]),
      ),
    ).toBe(403);
  });

  test('can move: channels to its former address end, those to the new one work', async () => {
    const [before, after] = [await openPeer(), await openPeer()];
    const { udp, server } = await startServer({ allowLoopbackPeers: false });
    server.setAllowedPeerAddresses([{ address: before.address, port: before.port }]);
    const client = await connectAllocated(udp);
    await client.request(stunMethod.channelBind, [
      channelAttribute(0x4000),
      peerAttribute(before.address, before.port),
    ]);
    client.send(channelData(0x4000, payload));
    await before.next();
    server.setAllowedPeerAddresses([{ address: after.address, port: after.port }]);
    client.send(channelData(0x4000, payload));
    await until(() => server.metrics().droppedForbiddenPeer === 1);
    await client.request(stunMethod.channelBind, [channelAttribute(0x4001), peerAttribute(after.address, after.port)]);
    client.send(channelData(0x4001, payload));
    expect((await after.next()).datagram).toEqual(payload);
    server.setAllowedPeerAddresses([]);
    client.send(channelData(0x4001, payload));
    await until(() => server.metrics().droppedNoPermission + server.metrics().droppedForbiddenPeer === 2);
  });

  test('can be told by a function', async () => {
    const sfu = await openPeer();
    const allowPeer = (address: string, port: number | undefined) =>
      address === sfu.address && (port ?? sfu.port) === sfu.port;
    const { udp } = await startServer({ allowLoopbackPeers: false, allowPeer });
    const client = await connectAllocated(udp);
    const bind = [channelAttribute(0x4000), peerAttribute(sfu.address, sfu.port)];
    expect(codeOf(await client.request(stunMethod.channelBind, bind))).toBeUndefined();
    await expect(startServer({ threads: 1, allowPeer })).rejects.toThrow(/allowPeer/);
  });
});

describe('bandwidth', () => {
  test.each([{ maxBytesPerSecondPerAllocation: 5_000 }, { maxBytesPerSecondTotal: 20_000 }])(
    'is limited by %o',
    async (options) => {
      const { udp, server } = await startServer(options);
      const client = await connectAllocated(udp);
      const peer = await openPeer();
      await client.request(stunMethod.channelBind, [channelAttribute(0x4000), peerAttribute(peer.address, peer.port)]);
      for (let count = 0; count < 30; count += 1) client.send(channelData(0x4000, Buffer.alloc(1_000)));
      expect(await client.isSilent()).toBe(true);
      expect(server.metrics().droppedBandwidth).toBeGreaterThan(20);
      expect(server.metrics().packetsToPeer).toBeGreaterThan(0);
    },
  );
});

describe('floods', () => {
  test('of requests without credentials are answered up to a rate, while an allocation goes on', async () => {
    const { udp, server } = await startServer({ unauthenticatedPerSecond: 1, unauthenticatedBurst: 20 });
    const client = await connectAllocated(udp);
    const flooder = await connect(udp);
    for (let count = 0; count < 100; count += 1) flooder.send(flooder.build(stunMethod.allocate, [udpTransport]));
    await until(() => server.metrics().droppedUnauthenticatedRate >= 80);
    expect(server.metrics().errorsByCode[401]).toBeLessThanOrEqual(20);
    expect((await client.request(stunMethod.refresh, [])).messageClass).toBe(stunClass.success);
  });

  test('of requests leave no memory behind', async () => {
    const { udp, server } = await startServer({ unauthenticatedPerSecond: 1_000_000, unauthenticatedBurst: 1_000_000 });
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(udp)));
    for (const client of clients) expect(codeOf(await client.exchange(stunMethod.allocate, [udpTransport]))).toBe(401);
    expect(server.metrics()).toMatchObject({ allocations: 0, connections: 0 });
  });

  test('of connections from one address are cut at the limit', async () => {
    const { tcp, server } = await startServer();
    const sockets = Array.from({ length: turnLimits.maxConnectionsPerAddress + 5 }, () =>
      connectTcp(tcp.port, tcp.address),
    );
    for (const socket of sockets) socket.on('error', () => undefined);
    await until(() => server.metrics().connectionsRefused === 5);
    expect(server.metrics().connections).toBe(turnLimits.maxConnectionsPerAddress);
    for (const socket of sockets) socket.destroy();
    await until(() => server.metrics().connections === 0);
  });
});

describe('TLS', () => {
  test.each([[['stun.turn']], [['stun.nat-discovery']], [[]]])('tolerates the ALPN protocols %j', async (protocols) => {
    const { tls } = await startServer(await createCertificate());
    const client = await connect(tls, { via: (place) => TurnTestClient.tls(place, protocols) });
    expect((await client.exchange(stunMethod.binding, [])).messageClass).toBe(stunClass.success);
  });

  test('is shown a new certificate by new connections after a reload, and old ones go on', async () => {
    const [first, second] = [await createCertificate(), await createCertificate()];
    const folder = await mkdtemp(join(tmpdir(), 'turn-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const write = async (pem: typeof first) => {
      await Promise.all([writeFile(certificate, pem.certificate), writeFile(key, pem.key)]);
    };
    await write(first);
    const { tls, server } = await startServer({ certificate, key });
    const old = await connectAllocated(tls, { via: TurnTestClient.tls });
    const before = await fingerprintOf(tls);
    await write(second);
    await server.reloadCertificate();
    expect(await fingerprintOf(tls)).not.toBe(before);
    expect(codeOf(await old.request(stunMethod.refresh, []))).toBeUndefined();
  });

  test('gives a handshake, and a connection without an allocation, only so much time', async () => {
    const lifetimes = { idleConnectionSeconds: 0.3, tlsHandshakeSeconds: 0.2 };
    const { tls, tcp, server } = await startServer({ ...(await createCertificate()), lifetimes });
    const silent = connectTcp(tls.port, tls.address);
    silent.on('error', () => undefined);
    silent.resume();
    const silentClosed = once(silent, 'close');
    const idle = await connect(tcp, { via: TurnTestClient.tcp });
    const busy = await connectAllocated(tcp, { via: TurnTestClient.tcp });
    await Promise.all([silentClosed, idle.closed]);
    await until(() => server.metrics().connections === 1);
    expect(codeOf(await busy.request(stunMethod.refresh, []))).toBeUndefined();
    await busy.request(stunMethod.refresh, [uint32(attributeType.lifetime, 0)]);
    await busy.closed;
  });

  test('refuses what is no handshake and keeps serving', async () => {
    const { tls, server } = await startServer(await createCertificate());
    const socket = connectTcp(tls.port, tls.address);
    socket.on('error', () => undefined);
    socket.write('this is no handshake');
    await once(socket, 'close');
    await until(() => server.metrics().connections === 0);
    await connectAllocated(tls, { via: TurnTestClient.tls });
  });
});

async function fingerprintOf({ address, port }: { address: string; port: number }): Promise<string> {
  const socket = connectTls({ host: address, port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

// Starting worker threads takes its time on a busy machine.
describe('threads', { timeout: 30_000 }, () => {
  test('serve many clients on the same ports with common quotas and one set of metrics', async () => {
    const { udp, tcp, server } = await startServer({ threads: 2, userQuota: 12 });
    const clients = [];
    for (let count = 0; count < 8; count += 1) clients.push(await connectAllocated(udp));
    for (let count = 0; count < 4; count += 1) clients.push(await connectAllocated(tcp, { via: TurnTestClient.tcp }));
    const tooMany = await connect(udp);
    expect(codeOf(await tooMany.request(stunMethod.allocate, [udpTransport]))).toBe(486);
    expect(server.metrics().allocations).toBe(12);
    server.revokeUser(alice.username);
    await until(() => server.metrics().allocations === 0);
    expect(server.metrics().allocationsRevoked).toBe(12);
  });

  test('relay, obey and close like the calling thread does', async () => {
    const sfu = await openPeer();
    const { udp, server } = await startServer({ threads: 2, allowLoopbackPeers: false, secrets: ['first secret'] });
    server.setAllowedPeerAddresses([{ address: sfu.address, port: sfu.port }]);
    const client = await connectAllocated(udp);
    const bind = [channelAttribute(0x4000), peerAttribute(sfu.address, sfu.port)];
    expect(codeOf(await client.request(stunMethod.channelBind, bind))).toBeUndefined();
    client.send(channelData(0x4000, payload));
    const { remote } = await sfu.next();
    sfu.socket.send('back', remote.port, remote.address);
    expect(await client.next()).toEqual(channelData(0x4000, Buffer.from('back')));
    await Promise.all([server.close(), server.close()]);
  });

  test('are replaced when one ends by a fault, and what it held is forgotten', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on('worker', note);
    onTestFinished(() => {
      process.off('worker', note);
    });
    const { udp, server } = await startServer({ threads: 1, userQuota: 1 });
    await connectAllocated(udp);
    await workers[0]?.terminate();
    await until(() => workers.length === 2 && server.metrics().allocations === 0, 20_000);
    const client = await connect(udp);
    let answered = false;
    while (!answered)
      answered = await client.exchange(stunMethod.binding, []).then(
        () => true,
        () => false,
      );
    await connectAllocated(udp);
    expect(server.metrics().allocations).toBe(1);
  });

  test('report a port that is taken as the error of the start', async () => {
    const { udp } = await startServer();
    await expect(startServer({ listeningPort: udp.port })).rejects.toThrow(/EADDRINUSE/);
    await expect(startServer({ listeningPort: udp.port, threads: 1 })).rejects.toThrow(/EADDRINUSE/);
  });
});
