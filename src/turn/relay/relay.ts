import type { RemoteInfo } from 'node:dgram';
import { turnLimits } from '../../shared/limits.ts';
import { enlargeBuffers } from '../net/datagram-socket.ts';
import { type IpFamily, ipFamilyOf, type TransportAddress } from '../net/ip-address.ts';
import type { Peer } from './peer.ts';
import type { BoundRelay } from './relay-ports.ts';

/** One relayed transport address: its socket, what clients are told it is, and when it ends. */
export class Relay {
  readonly family: IpFamily;
  readonly announced: TransportAddress;
  expiresAtMs: number;
  readonly #socket: BoundRelay['socket'];

  constructor(options: {
    bound: BoundRelay;
    announcedAddress: string;
    expiresAtMs: number;
    onDatagram: (datagram: Buffer, remote: RemoteInfo) => void;
  }) {
    const { socket, port } = options.bound;
    this.#socket = socket;
    this.family = ipFamilyOf(options.bound.address) ?? 4;
    this.announced = { family: this.family, address: options.announcedAddress, port };
    this.expiresAtMs = options.expiresAtMs;
    enlargeBuffers(socket, turnLimits.relayBufferBytes);
    // ICMP errors that the kernel reports are not relayed (RFC 8656 section 11.5 leaves it open).
    socket.on('error', () => undefined);
    socket.on('message', options.onDatagram);
  }

  /** False when the kernel takes too little and the datagram is dropped. */
  send(peer: Peer, payload: Buffer): boolean {
    if (this.#socket.getSendQueueSize() > turnLimits.maxSendQueueBytes) return false;
    this.#socket.send(payload, peer.port, peer.address);
    return true;
  }

  close(): void {
    this.#socket.removeAllListeners('message');
    this.#socket.close();
  }
}
