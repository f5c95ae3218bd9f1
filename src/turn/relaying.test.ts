import { describe, expect, test } from 'vitest';
import { attributeType } from './stun/attribute-type.ts';
import { parseStunMessage } from './stun/stun-message.ts';
import { stunMethod } from './stun/stun-type.ts';
import {
  addressIn,
  channelAttribute,
  channelData,
  codeOf,
  peerAttribute,
  sendIndication,
  TurnTestClient,
  udpTransport,
} from './testing/turn-test-client.ts';
import {
  connect,
  connectAllocated,
  createCertificate,
  openPeer,
  startServer,
  type TestPeer,
  until,
} from './testing/turn-test-server.ts';

const hello = Buffer.from('hello');

function permit(client: TurnTestClient, address: string, port = 0) {
  const transactionId = Buffer.alloc(12, 5);
  return client.request(stunMethod.createPermission, [peerAttribute(address, port, transactionId)], { transactionId });
}

function bind(client: TurnTestClient, channel: number, peer: Pick<TestPeer, 'address' | 'port'>) {
  const transactionId = Buffer.alloc(12, 6);
  const attributes = [channelAttribute(channel), peerAttribute(peer.address, peer.port, transactionId)];
  return client.request(stunMethod.channelBind, attributes, { transactionId });
}

describe('Send and Data', () => {
  test('carry datagrams both ways once the peer is permitted', async () => {
    const { udp, server } = await startServer();
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    expect(codeOf(await permit(client, peer.address))).toBeUndefined();
    client.send(sendIndication(peerAttribute(peer.address, peer.port), hello));
    const { datagram, remote } = await peer.next();
    expect(datagram).toEqual(hello);
    peer.socket.send('to you', remote.port, remote.address);
    const data = await client.nextMessage();
    expect(data.method).toBe(stunMethod.data);
    expect(data.get(attributeType.data)?.toString()).toBe('to you');
    expect(addressIn(data, attributeType.xorPeerAddress)).toEqual({
      family: 4,
      address: peer.address,
      port: peer.port,
    });
    expect(server.metrics()).toMatchObject({ packetsToPeer: 1, bytesToPeer: 5, packetsToClient: 1, bytesToClient: 6 });
  });

  test('carry payloads of every small size, empty ones too, untouched', async () => {
    const { udp } = await startServer();
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    await permit(client, peer.address);
    for (let size = 0; size < 9; size += 1) {
      const payload = Buffer.alloc(size, size);
      client.send(sendIndication(peerAttribute(peer.address, peer.port), payload));
      const { datagram, remote } = await peer.next();
      expect(datagram).toEqual(payload);
      peer.socket.send(payload, remote.port, remote.address);
      expect((await client.nextMessage()).get(attributeType.data)).toEqual(payload);
    }
  });

  test('carry IPv6', async () => {
    const { udp } = await startServer({ listeningAddresses: ['::1'] });
    const client = await connect(udp);
    await client.request(stunMethod.allocate, [
      udpTransport,
      [attributeType.requestedAddressFamily, Buffer.from([2, 0, 0, 0])],
    ]);
    const peer = await openPeer('::1');
    await permit(client, '::1');
    const transactionId = Buffer.alloc(12, 9);
    client.send(sendIndication(peerAttribute(peer.address, peer.port, transactionId), hello, transactionId));
    const { remote } = await peer.next();
    peer.socket.send('back', remote.port, remote.address);
    expect(addressIn(await client.nextMessage(), attributeType.xorPeerAddress).port).toBe(peer.port);
  });

  test('are dropped without a permission, in both directions', async () => {
    const { udp, server } = await startServer();
    const client = await connect(udp);
    const reply = await client.request(stunMethod.allocate, [udpTransport]);
    const peer = await openPeer();
    client.send(sendIndication(peerAttribute(peer.address, peer.port), hello));
    const relayed = addressIn(reply, attributeType.xorRelayedAddress);
    peer.socket.send('unasked', relayed.port, relayed.address);
    await until(() => server.metrics().droppedNoPermission === 2);
    expect(await client.isSilent()).toBe(true);
  });

  test.each([
    ['DONT-FRAGMENT', '001a0000'],
    ['an unknown required attribute', '7f010000'],
    ['a wrong FINGERPRINT', '8028000400000000'],
    ['an attribute cut short', '00130008aaaa0000'],
  ])('an indication with %s is dropped in silence', async (_what, extra) => {
    const { udp, server } = await startServer();
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    await permit(client, peer.address);
    const attribute = Buffer.from(extra, 'hex');
    const bytes = Buffer.concat([sendIndication(peerAttribute(peer.address, peer.port), hello), attribute]);
    bytes.writeUInt16BE(bytes.length - 20, 2);
    client.send(bytes);
    expect(await client.isSilent()).toBe(true);
    expect(server.metrics()).toMatchObject({ packetsToPeer: 0, droppedNoPermission: 1 });
  });
});

describe('CreatePermission', () => {
  test('installs every address of a request or none', async () => {
    const { udp, server } = await startServer();
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    const both = [peerAttribute('127.0.0.1', 1), peerAttribute('10.0.0.1', 1)];
    expect(codeOf(await client.request(stunMethod.createPermission, both))).toBe(403);
    client.send(sendIndication(peerAttribute(peer.address, peer.port), hello));
    expect(await client.isSilent()).toBe(true);
    expect(server.metrics().packetsToPeer).toBe(0);
  });

  test('without a peer or with a malformed one is 400, of another family 443', async () => {
    const { udp } = await startServer();
    const client = await connectAllocated(udp);
    expect(codeOf(await client.request(stunMethod.createPermission, []))).toBe(400);
    const malformed = [attributeType.xorPeerAddress, Buffer.from([0, 1, 0, 0])] as const;
    expect(codeOf(await client.request(stunMethod.createPermission, [malformed]))).toBe(400);
    expect(codeOf(await permit(client, '2001:4860::1'))).toBe(443);
  });

  test('is refused with 508 beyond the bound of an allocation', async () => {
    const { udp } = await startServer({ allowedPeers: ['10.0.0.0/8'] });
    const client = await connectAllocated(udp);
    for (let batch = 0; batch < 8; batch += 1) {
      const peers = Array.from({ length: 16 }, (_, index) => peerAttribute(`10.0.${batch}.${index}`, 1));
      expect(codeOf(await client.request(stunMethod.createPermission, peers))).toBeUndefined();
    }
    expect(codeOf(await permit(client, '10.1.0.1'))).toBe(508);
    expect(codeOf(await permit(client, '10.0.0.1'))).toBeUndefined();
  });

  test('expires, whatever is sent meanwhile, and can be renewed', async () => {
    const { udp, server } = await startServer({ lifetimes: { permissionSeconds: 0.3 } });
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    await permit(client, peer.address);
    const send = () => client.send(sendIndication(peerAttribute(peer.address, peer.port), hello));
    await until(() => {
      send();
      return server.metrics().droppedNoPermission > 0;
    });
    const relayedBefore = server.metrics().packetsToPeer;
    expect(relayedBefore).toBeGreaterThan(0);
    await permit(client, peer.address);
    send();
    await until(() => server.metrics().packetsToPeer === relayedBefore + 1);
  });
});

describe('channels', () => {
  test('carry datagrams both ways with four bytes of header', async () => {
    const { udp } = await startServer();
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    expect(codeOf(await bind(client, 0x4000, peer))).toBeUndefined();
    client.send(Buffer.from('4000000568656c6c6f', 'hex'));
    const { datagram, remote } = await peer.next();
    expect(datagram.toString()).toBe('hello');
    peer.socket.send('back!', remote.port, remote.address);
    expect((await client.next()).toString('hex')).toBe('400000056261636b21');
  });

  test('pass a STUN-like peer payload on untouched', async () => {
    const { udp } = await startServer();
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    await bind(client, 0x4abc, peer);
    const stun = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
    client.send(channelData(0x4abc, stun));
    const { datagram, remote } = await peer.next();
    expect(datagram).toEqual(stun);
    peer.socket.send(stun, remote.port, remote.address);
    expect(await client.next()).toEqual(channelData(0x4abc, stun));
  });

  test('ignore padding on UDP and drop what announces more than it has', async () => {
    const { udp, server } = await startServer();
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    await bind(client, 0x4000, peer);
    client.send(Buffer.from('4000000568656c6c6f000000', 'hex'));
    expect((await peer.next()).datagram.toString()).toBe('hello');
    client.send(Buffer.from('4000000668656c6c6f', 'hex'));
    client.send(Buffer.from('400000', 'hex'));
    client.send(Buffer.from('40010000', 'hex'));
    expect(await client.isSilent()).toBe(true);
    expect(server.metrics()).toMatchObject({ packetsToPeer: 1, droppedMalformed: 2, droppedNoPermission: 1 });
  });

  test.each([0x3fff, 0x5000, 0x7fff, 0xffff])('of number %i are refused with 400', async (channel) => {
    const { udp } = await startServer();
    const client = await connectAllocated(udp);
    expect(codeOf(await bind(client, channel, { address: '127.0.0.1', port: 1 }))).toBe(400);
  });

  test('up to 0x7fff are accepted where RFC 5766 is asked for', async () => {
    const { udp } = await startServer({ rfc5766Channels: true });
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    expect(codeOf(await bind(client, 0x7fff, peer))).toBeUndefined();
    client.send(channelData(0x7fff, hello));
    expect((await peer.next()).datagram).toEqual(hello);
  });

  test('are bound to one peer, and a peer to one channel, until they expire', async () => {
    const { udp } = await startServer({ lifetimes: { channelSeconds: 0.4 } });
    const client = await connectAllocated(udp);
    const [one, two] = [
      { address: '127.0.0.1', port: 1001 },
      { address: '127.0.0.1', port: 1002 },
    ];
    expect(codeOf(await bind(client, 0x4000, one))).toBeUndefined();
    expect(codeOf(await bind(client, 0x4000, one))).toBeUndefined();
    expect(codeOf(await bind(client, 0x4000, two))).toBe(400);
    expect(codeOf(await bind(client, 0x4001, one))).toBe(400);
    const deadline = performance.now() + 4_000;
    let code: number | undefined = 400;
    while (code === 400 && performance.now() < deadline) code = codeOf(await bind(client, 0x4000, two));
    expect(code).toBeUndefined();
  });

  test('need number and peer, of a family that the allocation has, allowed by the filter', async () => {
    const { udp } = await startServer();
    const client = await connectAllocated(udp);
    expect(codeOf(await client.request(stunMethod.channelBind, [channelAttribute(0x4000)]))).toBe(400);
    expect(codeOf(await client.request(stunMethod.channelBind, [peerAttribute('127.0.0.1', 9)]))).toBe(400);
    expect(codeOf(await bind(client, 0x4000, { address: '2001:4860::1', port: 9 }))).toBe(443);
    expect(codeOf(await bind(client, 0x4000, { address: '192.168.1.1', port: 9 }))).toBe(403);
    expect(codeOf(await bind(client, 0x4000, { address: '127.0.0.1', port: 0 }))).toBe(403);
    expect(codeOf(await bind(client, 0x4000, { address: '127.0.0.1', port: udp.port }))).toBe(403);
  });

  test('wait for their permission to be renewed and then go on as channels', async () => {
    const { udp, server } = await startServer({ lifetimes: { permissionSeconds: 0.3 } });
    const client = await connectAllocated(udp);
    const peer = await openPeer();
    await bind(client, 0x4000, peer);
    const send = () => client.send(channelData(0x4000, hello));
    send();
    const { remote } = await peer.next();
    await until(() => {
      send();
      return server.metrics().droppedNoPermission > 0;
    });
    await permit(client, peer.address);
    peer.socket.send('back', remote.port, remote.address);
    expect((await client.next()).readUInt16BE(0)).toBe(0x4000);
  });

  test('join two clients of the same server, relay to relay', async () => {
    const { udp } = await startServer();
    const [one, two] = [await connect(udp), await connect(udp)];
    const relayedOf = async (client: TurnTestClient) =>
      addressIn(await client.request(stunMethod.allocate, [udpTransport]), attributeType.xorRelayedAddress);
    const [relayedOne, relayedTwo] = [await relayedOf(one), await relayedOf(two)];
    await bind(one, 0x4001, relayedTwo);
    await bind(two, 0x4002, relayedOne);
    one.send(channelData(0x4001, hello));
    expect(await two.next()).toEqual(channelData(0x4002, hello));
  });

  test('join two clients behind the announced address of a NAT that does not hairpin', async () => {
    const { udp } = await startServer({ externalAddresses: ['8.8.4.4/127.0.0.1'] });
    const [one, two] = [await connect(udp), await connect(udp)];
    const relayedOf = async (client: TurnTestClient) =>
      addressIn(await client.request(stunMethod.allocate, [udpTransport]), attributeType.xorRelayedAddress);
    const [relayedOne, relayedTwo] = [await relayedOf(one), await relayedOf(two)];
    await permit(two, relayedOne.address);
    await bind(one, 0x4001, relayedTwo);
    one.send(channelData(0x4001, hello));
    const data = await two.nextMessage();
    expect(data.get(attributeType.data)).toEqual(hello);
    expect(addressIn(data, attributeType.xorPeerAddress)).toEqual(relayedOne);
  });
});

describe('streams', () => {
  test.each(['tcp', 'tls'] as const)('pad ChannelData to four bytes in both directions over %s', async (transport) => {
    const running = await startServer(await createCertificate());
    const client = await connectAllocated(running[transport], { via: TurnTestClient[transport] });
    const peer = await openPeer();
    await bind(client, 0x4000, peer);
    client.send(channelData(0x4000, hello, true));
    const { datagram, remote } = await peer.next();
    expect(datagram).toEqual(hello);
    peer.socket.send('back!', remote.port, remote.address);
    expect((await client.next()).toString('hex')).toBe('400000056261636b21000000');
  });

  test('relay what arrives split into single bytes and what arrives merged', async () => {
    const { tcp } = await startServer();
    const client = await connectAllocated(tcp, { via: TurnTestClient.tcp });
    const peer = await openPeer();
    await bind(client, 0x4000, peer);
    for (const byte of channelData(0x4000, hello, true)) client.send(Buffer.from([byte]));
    expect((await peer.next()).datagram).toEqual(hello);
    const merged = ['one', 'three', 'seven'].map((text) => channelData(0x4000, Buffer.from(text), true));
    client.send(Buffer.concat(merged));
    for (const text of ['one', 'three', 'seven']) expect((await peer.next()).datagram.toString()).toBe(text);
  });

  test('that end take their allocation with them', async () => {
    const { tcp, server } = await startServer();
    const client = await connectAllocated(tcp, { via: TurnTestClient.tcp });
    expect(server.metrics()).toMatchObject({ allocations: 1, connections: 1 });
    client.close();
    await until(() => server.metrics().allocations === 0 && server.metrics().connections === 0);
  });

  test('that carry neither STUN nor ChannelData are closed', async () => {
    const { tcp, server } = await startServer();
    const client = await connect(tcp, { via: TurnTestClient.tcp });
    client.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await client.closed;
    await until(() => server.metrics().connections === 0);
  });

  test('without an allocation may not announce more than a request needs', async () => {
    const { tcp } = await startServer();
    const client = await connect(tcp, { via: TurnTestClient.tcp });
    const long = Buffer.alloc(3_500);
    Buffer.from('0001fff02112a442', 'hex').copy(long);
    client.send(long);
    await client.closed;
  });

  test('that do not read lose relayed data rather than filling memory', async () => {
    const { tcp, server } = await startServer();
    const client = await connectAllocated(tcp, { via: TurnTestClient.tcp });
    const peer = await openPeer();
    await bind(client, 0x4000, peer);
    client.send(channelData(0x4000, hello, true));
    const { remote } = await peer.next();
    client.pause();
    await until(() => {
      for (let count = 0; count < 100; count += 1) peer.socket.send(Buffer.alloc(1_200), remote.port, remote.address);
      return server.metrics().droppedBackpressure > 0;
    });
    expect(server.metrics().allocations).toBe(1);
  });
});

test('payload that is larger than a datagram can be is not relayed and harms nothing', async () => {
  const { tcp } = await startServer();
  const client = await connectAllocated(tcp, { via: TurnTestClient.tcp });
  const peer = await openPeer();
  await bind(client, 0x4000, peer);
  client.send(channelData(0x4000, Buffer.alloc(65_535), true));
  client.send(channelData(0x4000, hello, true));
  expect((await peer.next()).datagram).toEqual(hello);
  expect(parseStunMessage(hello)).toBeUndefined();
});
