import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { attributeType } from './stun/attribute-type.ts';
import { stunClass, stunMethod } from './stun/stun-type.ts';
import { addressIn, codeOf, TurnTestClient, udpTransport, uint32 } from './testing/turn-test-client.ts';
import { alice, bob, connect, connectAllocated, startServer, until } from './testing/turn-test-server.ts';

const family = (number: number) => [attributeType.requestedAddressFamily, Buffer.from([number, 0, 0, 0])] as const;
const additional = (number: number) => [attributeType.additionalAddressFamily, Buffer.from([number, 0, 0, 0])] as const;
const evenPort = (reserve: boolean) => [attributeType.evenPort, Buffer.from([reserve ? 0x80 : 0])] as const;
const token = (value: Buffer) => [attributeType.reservationToken, value] as const;
const lifetime = (seconds: number) => uint32(attributeType.lifetime, seconds);

async function isPortFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  const free = await Promise.race([
    once(socket, 'listening').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.close();
  return free;
}

function lifetimeIn(message: { get(type: number): Buffer | undefined }): number | undefined {
  return message.get(attributeType.lifetime)?.readUInt32BE(0);
}

describe('Allocate', () => {
  test('answers with a relayed address of the port range, the mapped address and a lifetime, signed', async () => {
    const { udp } = await startServer({ minPort: 50_000, maxPort: 50_199 });
    const client = await connect(udp);
    const reply = await client.request(stunMethod.allocate, [udpTransport]);
    const relayed = addressIn(reply, attributeType.xorRelayedAddress);
    expect(relayed).toMatchObject({ family: 4, address: '127.0.0.1' });
    expect(relayed.port).toBeGreaterThanOrEqual(50_000);
    expect(relayed.port).toBeLessThanOrEqual(50_199);
    expect(addressIn(reply, attributeType.xorMappedAddress)).toEqual(client.local);
    expect(lifetimeIn(reply)).toBe(600);
  });

  test('answers a retransmission alike and another request on the same five-tuple with 437', async () => {
    const { udp, server } = await startServer();
    const client = await connect(udp);
    const transactionId = Buffer.from('0123456789ab');
    const first = await client.request(stunMethod.allocate, [udpTransport], { transactionId });
    const second = await client.request(stunMethod.allocate, [udpTransport], { transactionId });
    expect(second.buffer).toEqual(first.buffer);
    expect(codeOf(await client.request(stunMethod.allocate, [udpTransport]))).toBe(437);
    expect(server.metrics()).toMatchObject({ allocations: 1, allocationsCreated: 1 });
  });

  test('keeps five-tuples apart by transport', async () => {
    const { udp, tcp, server } = await startServer();
    await connectAllocated(udp);
    await connectAllocated(tcp, { via: TurnTestClient.tcp });
    expect(server.metrics().allocations).toBe(2);
  });

  test.each([
    ['no REQUESTED-TRANSPORT', [], 400],
    ['a REQUESTED-TRANSPORT of another length', [[attributeType.requestedTransport, Buffer.from([17])]], 400],
    ['a transport other than UDP', [[attributeType.requestedTransport, Buffer.from([6, 0, 0, 0])]], 442],
    ['an unknown address family', [udpTransport, family(7)], 440],
    ['an address family that is not relayed', [udpTransport, family(2)], 440],
    [
      'an address family of another length',
      [udpTransport, [attributeType.requestedAddressFamily, Buffer.alloc(1)]],
      400,
    ],
    ['a family together with a token', [udpTransport, family(1), token(Buffer.alloc(8))], 400],
    ['an additional family together with a token', [udpTransport, additional(2), token(Buffer.alloc(8))], 400],
    ['EVEN-PORT together with a token', [udpTransport, evenPort(false), token(Buffer.alloc(8))], 400],
    ['both family attributes', [udpTransport, family(1), additional(2)], 400],
    ['IPv4 as the additional family', [udpTransport, additional(1)], 400],
    ['an additional family with a reserving EVEN-PORT', [udpTransport, additional(2), evenPort(true)], 400],
    ['EVEN-PORT of another length', [udpTransport, [attributeType.evenPort, Buffer.alloc(4)]], 400],
    ['a token of another length', [udpTransport, token(Buffer.alloc(4))], 400],
    ['an unknown token', [udpTransport, token(Buffer.from('c001000102030405', 'hex'))], 508],
    ['a LIFETIME of another length', [udpTransport, [attributeType.lifetime, Buffer.alloc(2)]], 400],
    ['DONT-FRAGMENT', [udpTransport, [attributeType.dontFragment, Buffer.alloc(0)]], 420],
    ['an unknown required attribute', [udpTransport, [0x7f01, Buffer.alloc(4)]], 420],
  ] as const)('with %s is refused', async (_what, attributes, code) => {
    const { udp, server } = await startServer();
    const client = await connect(udp);
    const reply = await client.request(stunMethod.allocate, attributes);
    expect(codeOf(reply)).toBe(code);
    expect(reply.has(attributeType.messageIntegrity)).toBe(true);
    expect(server.metrics()).toMatchObject({ allocations: 0, errorsByCode: { [code]: 1 } });
    expect(codeOf(await client.request(stunMethod.allocate, [udpTransport]))).toBeUndefined();
  });

  test('names DONT-FRAGMENT in UNKNOWN-ATTRIBUTES', async () => {
    const { udp } = await startServer();
    const client = await connect(udp);
    const reply = await client.request(stunMethod.allocate, [
      udpTransport,
      [attributeType.dontFragment, Buffer.alloc(0)],
    ]);
    expect(reply.get(attributeType.unknownAttributes)?.toString('hex')).toBe('001a');
  });

  test('relays IPv6 where it is asked for, and both families on request', async () => {
    const { udp } = await startServer({ relayAddresses: ['127.0.0.1', '::1'] });
    const six = await (await connect(udp)).request(stunMethod.allocate, [udpTransport, family(2)]);
    expect(addressIn(six, attributeType.xorRelayedAddress)).toMatchObject({ family: 6, address: '::1' });
    const both = await (await connect(udp)).request(stunMethod.allocate, [udpTransport, additional(2)]);
    const lengths = both.getAll(attributeType.xorRelayedAddress).map((value) => value.length);
    expect(lengths).toEqual([8, 20]);
  });

  test('reports an additional family that is not relayed beside the one that is', async () => {
    const { udp } = await startServer();
    const reply = await (await connect(udp)).request(stunMethod.allocate, [udpTransport, additional(2)]);
    expect(reply.messageClass).toBe(stunClass.success);
    expect(reply.get(attributeType.addressErrorCode)?.toString('hex', 0, 4)).toBe('02000428');
  });

  test('gives an even port and reserves no sibling with R = 0', async () => {
    const { udp } = await startServer();
    const reply = await (await connect(udp)).request(stunMethod.allocate, [udpTransport, evenPort(false)]);
    expect(addressIn(reply, attributeType.xorRelayedAddress).port % 2).toBe(0);
    expect(reply.has(attributeType.reservationToken)).toBe(false);
  });

  test('reserves the next port with R = 1 for the one who brings the token, once', async () => {
    const { udp } = await startServer();
    const first = await (await connect(udp)).request(stunMethod.allocate, [udpTransport, evenPort(true)]);
    const value = first.get(attributeType.reservationToken) ?? Buffer.alloc(0);
    const second = await (await connect(udp)).request(stunMethod.allocate, [udpTransport, token(value)]);
    const portOf = (reply: typeof first) => addressIn(reply, attributeType.xorRelayedAddress).port;
    expect(portOf(second)).toBe(portOf(first) + 1);
    const third = await (await connect(udp)).request(stunMethod.allocate, [udpTransport, token(value)]);
    expect(codeOf(third)).toBe(508);
  });

  test('is refused with 508 when the port range is used up, and works again when a port is freed', async () => {
    const { udp } = await startServer({ minPort: 50_300, maxPort: 50_300 });
    const first = await connectAllocated(udp);
    const second = await connect(udp);
    expect(codeOf(await second.request(stunMethod.allocate, [udpTransport]))).toBe(508);
    await first.request(stunMethod.refresh, [lifetime(0)]);
    expect(codeOf(await second.request(stunMethod.allocate, [udpTransport]))).toBeUndefined();
  });

  test('tells the external address of a NAT instead of its own', async () => {
    const { udp } = await startServer({ externalAddresses: ['198.51.100.7'] });
    const reply = await (await connect(udp)).request(stunMethod.allocate, [udpTransport]);
    expect(addressIn(reply, attributeType.xorRelayedAddress).address).toBe('198.51.100.7');
  });
});

describe('quotas', () => {
  test.each([
    ['user', { userQuota: 2 }],
    ['address', { addressQuota: 2 }],
    ['total', { totalQuota: 2 }],
  ])('of the %s refuse with 486 and are given back exactly once', async (_which, options) => {
    const { udp, server } = await startServer(options);
    const clients = [await connectAllocated(udp), await connectAllocated(udp)];
    const third = await connect(udp);
    expect(codeOf(await third.request(stunMethod.allocate, [udpTransport]))).toBe(486);
    await clients[0]?.request(stunMethod.refresh, [lifetime(0)]);
    await clients[0]?.request(stunMethod.refresh, [lifetime(0)]);
    expect(codeOf(await third.request(stunMethod.allocate, [udpTransport]))).toBeUndefined();
    const fourth = await connect(udp);
    expect(codeOf(await fourth.request(stunMethod.allocate, [udpTransport]))).toBe(486);
    expect(server.metrics()).toMatchObject({ allocations: 2, errorsByCode: { 486: 2 } });
  });

  test('of one user leave another user alone', async () => {
    const { udp } = await startServer({ userQuota: 1 });
    await connectAllocated(udp);
    await connectAllocated(udp, { credentials: bob });
  });
});

describe('Refresh', () => {
  test('grants at least the default and at most the maximum', async () => {
    const { udp } = await startServer();
    const client = await connectAllocated(udp);
    expect(lifetimeIn(await client.request(stunMethod.refresh, []))).toBe(600);
    expect(lifetimeIn(await client.request(stunMethod.refresh, [lifetime(10)]))).toBe(600);
    expect(lifetimeIn(await client.request(stunMethod.refresh, [lifetime(1_200)]))).toBe(1_200);
    expect(lifetimeIn(await client.request(stunMethod.refresh, [lifetime(0xffffffff)]))).toBe(3_600);
  });

  test('to 0 frees the port at once, and the five-tuple can be used again', async () => {
    const { udp, server } = await startServer({ minPort: 50_301, maxPort: 50_301 });
    const client = await connectAllocated(udp);
    expect(await isPortFree(50_301)).toBe(false);
    expect(lifetimeIn(await client.request(stunMethod.refresh, [lifetime(0)]))).toBe(0);
    expect(await isPortFree(50_301)).toBe(true);
    expect(server.metrics().allocations).toBe(0);
    expect(codeOf(await client.request(stunMethod.allocate, [udpTransport]))).toBeUndefined();
  });

  test('without an allocation is 437', async () => {
    const { udp } = await startServer();
    const client = await connect(udp);
    for (const method of [stunMethod.refresh, stunMethod.createPermission, stunMethod.channelBind]) {
      expect(codeOf(await client.request(method, []))).toBe(437);
    }
  });

  test('of a family that the allocation has not is 443, of one of two ends only that one', async () => {
    const { udp, server } = await startServer({ relayAddresses: ['127.0.0.1', '::1'] });
    const single = await connectAllocated(udp);
    expect(codeOf(await single.request(stunMethod.refresh, [family(2)]))).toBe(443);
    expect(codeOf(await single.request(stunMethod.refresh, [family(9)]))).toBe(443);
    const both = await connect(udp);
    await both.request(stunMethod.allocate, [udpTransport, additional(2)]);
    expect(codeOf(await both.request(stunMethod.refresh, [family(1), lifetime(0)]))).toBeUndefined();
    expect(codeOf(await both.request(stunMethod.refresh, [family(1)]))).toBe(443);
    expect(codeOf(await both.request(stunMethod.refresh, [family(2)]))).toBeUndefined();
    expect(server.metrics().allocations).toBe(2);
  });
});

describe('expiry', () => {
  const lifetimes = { allocationSeconds: 0.4, maxAllocationSeconds: 60 };

  test('closes the socket and gives the quota back', async () => {
    const { udp, server } = await startServer({ lifetimes, userQuota: 1, minPort: 50_302, maxPort: 50_302 });
    await connectAllocated(udp);
    await until(() => server.metrics().allocations === 0);
    expect(server.metrics().allocationsExpired).toBe(1);
    expect(await isPortFree(50_302)).toBe(true);
    await connectAllocated(udp);
  });

  test('of an ended allocation does not touch its successor on the same five-tuple', async () => {
    const { udp, server } = await startServer({ lifetimes });
    const client = await connectAllocated(udp);
    await client.request(stunMethod.refresh, [lifetime(0)]);
    await client.request(stunMethod.allocate, [udpTransport, lifetime(30)]);
    await connectAllocated(udp);
    await until(() => server.metrics().allocationsExpired === 1);
    expect(server.metrics().allocations).toBe(1);
    expect(codeOf(await client.request(stunMethod.refresh, [lifetime(30)]))).toBeUndefined();
  });

  test('is put off by Refresh', async () => {
    const { udp, server } = await startServer({ lifetimes });
    const kept = await connectAllocated(udp);
    await kept.request(stunMethod.refresh, [lifetime(30)]);
    await connectAllocated(udp);
    await until(() => server.metrics().allocationsExpired === 1);
    expect(server.metrics().allocations).toBe(1);
  });
});

test('closing the server closes every relay socket, twice as well as once', async () => {
  const { udp, server } = await startServer({ minPort: 50_303, maxPort: 50_303 });
  await connectAllocated(udp, { credentials: alice });
  await Promise.all([server.close(), server.close()]);
  await server.close();
  expect(await isPortFree(50_303)).toBe(true);
  expect(server.metrics().allocations).toBe(0);
});

test('a closed server leaves no socket behind, whatever it held', async () => {
  const sockets = () => process.getActiveResourcesInfo().filter((name) => /^(UDP|TCP)/.test(name)).length;
  await until(() => sockets() === 0);
  const { udp, tcp, server } = await startServer({ relayAddresses: ['127.0.0.1', '::1'] });
  for (let count = 0; count < 5; count += 1) {
    await connectAllocated(udp);
    await connectAllocated(tcp, { via: TurnTestClient.tcp });
    await (await connect(udp)).request(stunMethod.allocate, [udpTransport, additional(2)]);
  }
  expect(sockets()).toBeGreaterThan(30);
  await server.close();
  // The ten UDP clients of this test are still open; the TCP clients ended with the server.
  await until(() => sockets() === 10);
});
