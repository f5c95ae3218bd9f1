import { expect, test } from 'vitest';
import { createTurnCredentials } from './auth/turn-credentials.ts';
import { attributeType } from './stun/attribute-type.ts';
import { encodePasswordAlgorithms } from './stun/password-algorithm.ts';
import { parseStunMessage } from './stun/stun-message.ts';
import { stunClass, stunMethod } from './stun/stun-type.ts';
import { codeOf, TurnTestClient, udpTransport, uint32 } from './testing/turn-test-client.ts';
import { alice, bob, connect, connectAllocated, startServer, until } from './testing/turn-test-server.ts';

const secret = 'a shared secret';

test('challenges a request without integrity with realm, nonce and algorithms, in little', async () => {
  const { udp } = await startServer({ realm: 'example.org' });
  const client = await connect(udp);
  const reply = await client.exchange(stunMethod.allocate, [udpTransport]);
  expect(codeOf(reply)).toBe(401);
  expect(reply.get(attributeType.realm)?.toString()).toBe('example.org');
  expect(reply.get(attributeType.nonce)?.toString()).toMatch(/^obMatJos2/);
  expect(reply.get(attributeType.passwordAlgorithms)?.toString('hex')).toBe('0002000000010000');
  expect(reply.buffer.length).toBeLessThanOrEqual(120);
});

test('answers integrity without user name, realm or nonce with 400, before looking at the nonce', async () => {
  const { udp } = await startServer();
  const client = await connect(udp);
  client.learn(await client.exchange(stunMethod.allocate, [udpTransport]));
  for (const missing of [attributeType.username, attributeType.realm, attributeType.nonce]) {
    const whole = parseStunMessage(client.build(stunMethod.allocate, [udpTransport], { credentials: alice }));
    const bytes = Buffer.from(whole?.buffer ?? Buffer.alloc(0));
    bytes.writeUInt16BE(0xc000 | missing, whole?.startOf(missing) ?? 0);
    client.send(bytes);
    const reply = await client.nextMessage();
    expect(codeOf(reply)).toBe(400);
    expect(reply.has(attributeType.nonce)).toBe(false);
  }
});

test('answers a foreign nonce with 438 and a new nonce, even for an unknown user', async () => {
  const { udp } = await startServer();
  const client = await connect(udp);
  client.realm = 'crosspoint';
  client.nonce = 'somebody elses nonce';
  const reply = await client.exchange(stunMethod.allocate, [udpTransport], {
    credentials: { username: 'x', password: 'y' },
  });
  expect(codeOf(reply)).toBe(438);
  client.learn(reply);
  expect(codeOf(await client.exchange(stunMethod.allocate, [udpTransport], { credentials: alice }))).toBeUndefined();
});

test('lets a nonce grow stale and takes the next one', async () => {
  const { udp } = await startServer({ lifetimes: { nonceSeconds: 0.2 } });
  const client = await connectAllocated(udp);
  let code: number | undefined;
  const refresh = async () => codeOf(await client.exchange(stunMethod.refresh, [], { credentials: alice }));
  const deadline = performance.now() + 3_000;
  while (code === undefined && performance.now() < deadline) code = await refresh();
  expect(code).toBe(438);
});

test.each([
  { username: 'alice', password: 'wrong' },
  { username: 'nobody', password: 'wonderland' },
  { username: 'constructor', password: 'function Object() { [native code] }' },
  { username: '', password: '' },
])('refuses $username / $password with 401', async (credentials) => {
  const { udp, server } = await startServer();
  const client = await connect(udp, { credentials });
  expect(codeOf(await client.request(stunMethod.allocate, [udpTransport]))).toBe(401);
  expect(server.metrics().allocations).toBe(0);
  expect(server.metrics().errorsByCode[401]).toBe(2);
});

test('takes SHA-256 and USERHASH from a client that asks for them, and signs in kind', async () => {
  const { udp } = await startServer();
  const credentials = { ...alice, sha256: true, userhash: true };
  const client = await connect(udp, { credentials });
  const reply = await client.request(stunMethod.allocate, [udpTransport]);
  expect(reply.messageClass).toBe(stunClass.success);
  expect(reply.has(attributeType.messageIntegritySha256)).toBe(true);
  expect(reply.has(attributeType.messageIntegrity)).toBe(false);
});

test('refuses an unknown USERHASH with 401', async () => {
  const { udp } = await startServer();
  const client = await connect(udp, { credentials: { ...alice, username: 'nobody', userhash: true } as typeof alice });
  expect(codeOf(await client.request(stunMethod.allocate, [udpTransport]))).toBe(401);
});

test('answers an algorithm list that is not the offered one with 400, for somebody bids down', async () => {
  const { udp } = await startServer();
  const client = await connect(udp, { credentials: { ...alice, sha256: true } as typeof alice });
  client.learn(await client.exchange(stunMethod.allocate, [udpTransport]));
  client.offered = encodePasswordAlgorithms(['md5']);
  expect(codeOf(await client.request(stunMethod.allocate, [udpTransport]))).toBe(400);
});

test('accepts ephemeral credentials of every current secret and of no former one', async () => {
  const { udp, server } = await startServer({ users: {}, secrets: [secret, 'the next secret'] });
  const login = async (by: string) => {
    const { username, credential } = createTurnCredentials({ secret: by, user: 'carol', ttlSeconds: 60 });
    const client = await connect(udp, { credentials: { username, password: credential } });
    return codeOf(await client.request(stunMethod.allocate, [udpTransport]));
  };
  expect([await login(secret), await login('the next secret')]).toEqual([undefined, undefined]);
  server.setSecrets(['the next secret']);
  expect([await login(secret), await login('the next secret')]).toEqual([401, undefined]);
  expect(() => server.setSecrets(['short'])).toThrow(/secrets/);
});

test('lets an allocation be refreshed after its credentials expired, but makes no new one with them', async () => {
  const { udp } = await startServer({ users: {}, secrets: [secret] });
  const { username, credential } = createTurnCredentials({ secret, user: 'carol', ttlSeconds: 3 });
  const expired = () => Date.now() >= Number(username.split(':')[0]) * 1000;
  const client = await connectAllocated(udp, { credentials: { username, password: credential } });
  await until(expired);
  expect(codeOf(await client.request(stunMethod.refresh, []))).toBeUndefined();
  const other = await connect(udp, { credentials: { username, password: credential } });
  expect(codeOf(await other.request(stunMethod.allocate, [udpTransport]))).toBe(401);
});

test('takes renewed credentials of the same user for an allocation, and 441 for another user', async () => {
  const { udp } = await startServer({ secrets: [secret] });
  const of = (user: string, ttlSeconds: number) => createTurnCredentials({ secret, user, ttlSeconds });
  const first = of('carol', 60);
  const client = await connectAllocated(udp, { credentials: { username: first.username, password: first.credential } });
  const renewed = of('carol', 90);
  const again = { username: renewed.username, password: renewed.credential };
  expect(codeOf(await client.request(stunMethod.refresh, [], { credentials: again }))).toBeUndefined();
  for (const method of [stunMethod.refresh, stunMethod.createPermission, stunMethod.channelBind]) {
    expect(codeOf(await client.request(method, [], { credentials: bob }))).toBe(441);
  }
});

test('ends the allocations of a revoked user at once and refuses the user from then on', async () => {
  const { udp, server } = await startServer({ secrets: [secret] });
  const { username, credential } = createTurnCredentials({ secret, user: 'carol', ttlSeconds: 60 });
  const client = await connectAllocated(udp, { credentials: { username, password: credential } });
  const other = await connectAllocated(udp, { credentials: alice });
  server.revokeUser('carol');
  expect(server.metrics()).toMatchObject({ allocations: 1, allocationsRevoked: 1 });
  expect(codeOf(await client.request(stunMethod.refresh, []))).toBe(401);
  expect(codeOf(await other.request(stunMethod.refresh, [uint32(attributeType.lifetime, 60)]))).toBeUndefined();
});

test('binds a nonce to the address that asked for it', async () => {
  const { udp } = await startServer();
  const first = await connect(udp);
  first.learn(await first.exchange(stunMethod.allocate, [udpTransport]));
  const elsewhere = await TurnTestClient.udp(udp, '127.0.0.2');
  elsewhere.realm = first.realm;
  elsewhere.nonce = first.nonce;
  const reply = await elsewhere.exchange(stunMethod.allocate, [udpTransport], { credentials: alice });
  elsewhere.close();
  expect(codeOf(reply)).toBe(438);
});
