import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { bindNow, createDatagramSocket } from '../../../src/turn/net/datagram-socket.ts';
import { attributeType } from '../../../src/turn/stun/attribute-type.ts';
import { stunMethod } from '../../../src/turn/stun/stun-type.ts';
import {
  addressIn,
  channelAttribute,
  channelData,
  codeOf,
  peerAttribute,
  sendIndication,
  TurnTestClient,
  udpTransport,
} from '../../../src/turn/testing/turn-test-client.ts';
import type { Contestant } from './contestants.ts';

const host = '127.0.0.1';
const payload = Buffer.alloc(160, 0x55);

/** One direction of one relayed path: what to send from where to where, and the socket at the other end. */
export interface Direction {
  readonly source: Socket;
  readonly packet: Buffer;
  readonly port: number;
  readonly sinkPort: number;
}

export interface Flow {
  readonly up: Direction;
  readonly down: Direction;
  close(): void;
}

/** Sets up a path through a contestant, with a client and a peer of this process at its ends. */
export async function openFlow(contestant: Contestant): Promise<Flow> {
  const [client, peer] = [openSocket(), openSocket()];
  const peerPort = peer.address().port;
  const path =
    contestant.mode === 'bare'
      ? await openBare(client, peerPort, contestant)
      : await openTurn(client, peerPort, contestant);
  const clientPort = client.address().port;
  // Nothing reads while packets are counted, so a small buffer is full soon and the kernel counts what follows.
  for (const socket of [client, peer]) socket.setRecvBufferSize(4_096);
  return {
    up: { source: client, packet: path.upPacket, port: contestant.port, sinkPort: peerPort },
    down: { source: peer, packet: payload, port: path.relayPort, sinkPort: clientPort },
    close: () => {
      client.close();
      peer.close();
    },
  };
}

function openSocket(): Socket {
  const socket = createDatagramSocket(4);
  if (!bindNow(socket, 0, host)) throw new Error('no port is free');
  socket.on('message', () => undefined);
  return socket;
}

interface Path {
  readonly upPacket: Buffer;
  readonly relayPort: number;
}

async function openBare(client: Socket, peerPort: number, { port }: Contestant): Promise<Path> {
  const answered = once(client, 'message');
  client.send(`peer ${peerPort}`, port, host);
  const [relayPort] = await answered;
  return { upPacket: payload, relayPort: Number(String(relayPort)) };
}

async function openTurn(client: Socket, peerPort: number, { port, mode }: Contestant): Promise<Path> {
  const turn = TurnTestClient.overDatagrams(client, { address: host, port });
  const credentials = { username: 'bench', password: 'benchmark' };
  turn.learn(await turn.exchange(stunMethod.allocate, [udpTransport]));
  const allocated = await turn.exchange(stunMethod.allocate, [udpTransport], { credentials });
  if (codeOf(allocated) !== undefined) throw new Error(`Allocate was refused with ${codeOf(allocated)}`);
  const peer = peerAttribute(host, peerPort);
  const permitted = await turn.exchange(stunMethod.createPermission, [peer], { credentials });
  if (codeOf(permitted) !== undefined) throw new Error(`CreatePermission was refused with ${codeOf(permitted)}`);
  if (mode === 'channel') {
    const bound = await turn.exchange(stunMethod.channelBind, [channelAttribute(0x4000), peer], { credentials });
    if (codeOf(bound) !== undefined) throw new Error(`ChannelBind was refused with ${codeOf(bound)}`);
  }
  const { port: relayPort } = addressIn(allocated, attributeType.xorRelayedAddress);
  const upPacket = mode === 'channel' ? channelData(0x4000, payload) : sendIndication(peer, payload, randomBytes(12));
  await delay(20);
  return { upPacket, relayPort };
}
