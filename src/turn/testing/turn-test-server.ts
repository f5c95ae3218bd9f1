import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import { stunMethod } from '../stun/stun-type.ts';
import { createTurnServer, type TurnServer, type TurnServerOptions } from '../turn-server.ts';
import { codeOf, TurnTestClient, udpTransport } from './turn-test-client.ts';

export const alice = { username: 'alice', password: 'wonderland' };
export const bob = { username: 'bob', password: 'builder' };

export interface RunningServer {
  readonly server: TurnServer;
  readonly udp: { address: string; port: number };
  readonly tcp: { address: string; port: number };
  readonly tls: { address: string; port: number };
}

/** A server on free loopback ports that may relay to loopback, closed when the test ends. */
export async function startServer(options: Partial<TurnServerOptions> = {}): Promise<RunningServer> {
  const server = await createTurnServer({
    listeningPort: 0,
    tlsListeningPort: 0,
    users: { alice: alice.password, bob: bob.password },
    allowLoopbackPeers: true,
    ...options,
  });
  onTestFinished(() => server.close());
  const placeOf = (transport: string) =>
    server.addresses.find((place) => place.transport === transport) ?? { address: '', port: 0 };
  return { server, udp: placeOf('udp'), tcp: placeOf('tcp'), tls: placeOf('tls') };
}

export async function createCertificate(): Promise<{ certificate: string; key: string }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
  return { certificate: cert, key };
}

type ConnectTo = (server: { address: string; port: number }) => Promise<TurnTestClient>;

/** A client with credentials, closed when the test ends. */
export async function connect(
  place: { address: string; port: number },
  { via = TurnTestClient.udp, credentials = alice }: { via?: ConnectTo; credentials?: typeof alice } = {},
): Promise<TurnTestClient> {
  const client = await via(place);
  onTestFinished(() => client.close());
  client.credentials = credentials;
  return client;
}

/** The same, with an allocation. */
export async function connectAllocated(
  place: { address: string; port: number },
  options: { via?: ConnectTo; credentials?: typeof alice } = {},
): Promise<TurnTestClient> {
  const client = await connect(place, options);
  const reply = await client.request(stunMethod.allocate, [udpTransport]);
  if (codeOf(reply) !== undefined) throw new Error(`Allocate was refused with ${codeOf(reply)}`);
  return client;
}

export interface TestPeer {
  readonly address: string;
  readonly port: number;
  readonly socket: Socket;
  next(): Promise<{ datagram: Buffer; remote: RemoteInfo }>;
}

/** A plain UDP socket that stands for a peer. */
export async function openPeer(address = '127.0.0.1'): Promise<TestPeer> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  const queue: { datagram: Buffer; remote: RemoteInfo }[] = [];
  socket.on('message', (datagram, remote) => {
    queue.push({ datagram, remote });
    socket.emit('queued');
  });
  const next = async () => {
    while (queue.length === 0) await once(socket, 'queued', { signal: AbortSignal.timeout(3_000) });
    const first = queue.shift();
    if (first === undefined) throw new Error('nothing arrived');
    return first;
  };
  return { address, port: socket.address().port, socket, next };
}

/** Waits until a condition holds, looking again after each turn of a short timer. */
export async function until(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
