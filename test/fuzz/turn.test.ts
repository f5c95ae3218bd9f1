import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attributeType } from '../../src/turn/stun/attribute-type.ts';
import { parseStunMessage } from '../../src/turn/stun/stun-message.ts';
import { StunMessageBuilder } from '../../src/turn/stun/stun-message-builder.ts';
import { stunClass, stunMethod } from '../../src/turn/stun/stun-type.ts';
import {
  channelAttribute,
  channelData,
  codeOf,
  peerAttribute,
  sendIndication,
  TurnTestClient,
  udpTransport,
  uint32,
} from '../../src/turn/testing/turn-test-client.ts';
import { createTurnServer, type TurnServer } from '../../src/turn/turn-server.ts';
import { createRandom, mutate, type Random } from './support/mutate.ts';

/** `CROSSPOINT_FUZZ=long` sends a million packets; `npm test` sends enough to notice what breaks at once. */
const isLong = process.env.CROSSPOINT_FUZZ === 'long';
const packets = isLong ? 1_000_000 : 30_000;
const timeoutMs = isLong ? 600_000 : 60_000;
const seed = Number(process.env.CROSSPOINT_FUZZ_SEED ?? randomBytes(4).readUInt32BE(0));
const credentials = { username: 'alice', password: 'wonderland' };

let server: TurnServer;
let place: { address: string; port: number };

beforeAll(async () => {
  server = await createTurnServer({
    listeningPort: 0,
    users: { alice: credentials.password },
    allowLoopbackPeers: true,
    userQuota: 50,
    unauthenticatedPerSecond: 10_000_000,
    unauthenticatedBurst: 10_000_000,
  });
  place = server.addresses[0] ?? place;
});

afterAll(() => server.close());

/** Valid messages of every kind, which the mutations begin with; the signed ones are signed for this client. */
async function createCorpus(client: TurnTestClient): Promise<Buffer[]> {
  await client.request(stunMethod.allocate, [udpTransport]);
  const peer = peerAttribute('127.0.0.1', 9);
  const signed = [
    [stunMethod.allocate, [udpTransport, [attributeType.evenPort, Buffer.from([0x80])]]],
    [stunMethod.allocate, [udpTransport, [attributeType.reservationToken, Buffer.alloc(8)]]],
    [stunMethod.refresh, [uint32(attributeType.lifetime, 600)]],
    [stunMethod.createPermission, [peer, peerAttribute('10.0.0.1', 9), peerAttribute('::1', 9)]],
    [stunMethod.channelBind, [channelAttribute(0x4000), peer]],
  ] as const;
  return [
    new StunMessageBuilder(stunMethod.binding, stunClass.request, randomBytes(12)).addFingerprint().build(),
    client.build(stunMethod.allocate, [udpTransport]),
    ...signed.map(([method, attributes]) => client.build(method, attributes, { credentials, fingerprint: true })),
    ...signed.map(([method, attributes]) => client.build(method, attributes, { credentials })),
    client.build(stunMethod.allocate, [udpTransport], {
      credentials: { ...credentials, sha256: true, userhash: true },
    }),
    sendIndication(peer, Buffer.from('payload')),
    sendIndication(peerAttribute('::1', 9), Buffer.from('payload')),
    channelData(0x4000, Buffer.from('payload')),
    Buffer.alloc(0),
  ];
}

async function openSockets(count: number): Promise<Socket[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = createSocket({
        type: 'udp4',
        lookup: (address, _options, callback) => callback(null, address, 4),
      });
      const listening = once(socket, 'listening');
      socket.bind(0, '127.0.0.1');
      await listening;
      return socket;
    }),
  );
}

/** Half of the packets come from the five-tuple of an allocation, so that they reach every method. */
async function flood(client: TurnTestClient, corpus: readonly Buffer[], random: Random): Promise<void> {
  const strangers = await openSockets(4);
  for (let sent = 0; sent < packets; sent += 1) {
    const packet = mutate(corpus, random);
    const stranger = strangers[random(8)];
    if (stranger === undefined) client.send(packet);
    else stranger.send(packet, place.port, place.address);
    // The server shares this thread and reads 32 datagrams in a turn of the event loop; beyond, the kernel drops them.
    if (sent % 16 === 0) await turn();
    if (sent % 20_000 === 0) client.forget();
  }
  for (const stranger of strangers) stranger.close();
}

test(
  `answers a Binding after ${packets} mutated packets (seed ${seed})`,
  async () => {
    const client = await TurnTestClient.udp(place);
    client.credentials = credentials;
    const corpus = await createCorpus(client);
    await flood(client, corpus, createRandom(seed));
    client.close();
    const fresh = await TurnTestClient.udp(place);
    fresh.credentials = credentials;
    expect((await fresh.exchange(stunMethod.binding, [])).messageClass).toBe(stunClass.success);
    expect(codeOf(await fresh.request(stunMethod.allocate, [udpTransport]))).toBeUndefined();
    fresh.close();
    const { bindingRequests, droppedMalformed, errorsByCode, faults } = server.metrics();
    expect(faults).toBe(0);
    const errors = Object.values(errorsByCode).reduce((sum, count) => sum + count, 0);
    expect(bindingRequests + droppedMalformed + errors).toBeGreaterThan(packets / 2);
  },
  timeoutMs,
);

test(
  'reads mutated messages without an exception and keeps to their bounds',
  async () => {
    const client = await TurnTestClient.udp(place);
    client.credentials = credentials;
    const corpus = await createCorpus(client);
    client.close();
    const random = createRandom(seed + 1);
    const attributeTypes = Object.values(attributeType);
    let longest = 0;
    for (let count = 0; count < packets; count += 1) {
      const message = parseStunMessage(mutate(corpus, random));
      for (const type of attributeTypes) longest = Math.max(longest, message?.get(type)?.length ?? 0);
    }
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(2_000);
  },
  timeoutMs,
);

test(
  'streams of mutated frames end, if at all, only their own connection',
  async () => {
    const tcp = server.addresses.find(({ transport }) => transport === 'tcp') ?? place;
    const author = await TurnTestClient.udp(place);
    author.credentials = credentials;
    const corpus = await createCorpus(author);
    author.close();
    const random = createRandom(seed + 2);
    for (let connection = 0; connection < packets / 300; connection += 1) {
      const client = await TurnTestClient.tcp(tcp);
      for (let count = 0; count < 10; count += 1) client.send(mutate(corpus, random));
      client.close();
    }
    const witness = await TurnTestClient.tcp(tcp);
    expect((await witness.exchange(stunMethod.binding, [])).messageClass).toBe(stunClass.success);
    witness.close();
  },
  timeoutMs,
);
