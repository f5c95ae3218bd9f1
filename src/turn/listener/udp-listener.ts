import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import { turnLimits } from '../../shared/limits.ts';
import type { TurnEngine } from '../engine.ts';
import { createDatagramSocket, enlargeBuffers } from '../net/datagram-socket.ts';
import { ipFamilyOf, type TransportAddress } from '../net/ip-address.ts';
import type { Allocation } from '../relay/allocation.ts';
import type { TurnClient } from '../relay/turn-client.ts';

/** Room for the largest datagram behind the longest header. */
const scratchBytes = 66_000;

/** Receives from all UDP clients of one local address. Only clients with an allocation are remembered. */
export class UdpListener {
  readonly local: TransportAddress;
  readonly #engine: TurnEngine;
  readonly #socket: Socket;
  /** Clients by port, and those with equal ports in a chain: no key is built for a packet. */
  readonly #clients = new Map<number, UdpClient>();
  #queuedBytes = 0;
  #scratch = Buffer.allocUnsafeSlow(scratchBytes);

  private constructor(engine: TurnEngine, socket: Socket) {
    const { address, port } = socket.address();
    this.local = { family: ipFamilyOf(address) ?? 4, address, port };
    this.#engine = engine;
    this.#socket = socket;
    enlargeBuffers(socket, turnLimits.listenerBufferBytes);
    socket.on('error', () => undefined);
    socket.on('message', (datagram, remote) => this.#receive(datagram, remote));
  }

  static async open(options: {
    engine: TurnEngine;
    address: string;
    port: number;
    reusePort: boolean;
  }): Promise<UdpListener> {
    const { engine, address, port, reusePort } = options;
    const socket = createDatagramSocket(ipFamilyOf(address) ?? 4, { reusePort });
    const listening = once(socket, 'listening');
    socket.bind({ port, address, exclusive: true });
    try {
      await listening;
    } catch (error) {
      socket.close();
      throw error;
    }
    return new UdpListener(engine, socket);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  remember(client: UdpClient): void {
    client.next = this.#clients.get(client.remote.port);
    this.#clients.set(client.remote.port, client);
  }

  forget(client: UdpClient): void {
    const { port } = client.remote;
    const first = this.#clients.get(port);
    if (first === client) {
      if (client.next === undefined) this.#clients.delete(port);
      else this.#clients.set(port, client.next);
      return;
    }
    for (let before = first; before !== undefined; before = before.next) {
      if (before.next === client) before.next = client.next;
    }
  }

  send(message: Buffer, remote: TransportAddress): void {
    if (this.#isCongested()) return;
    this.#socket.send(message, remote.port, remote.address);
    this.#noteQueue();
  }

  /** Joins header, payload and padding in one buffer that is used again, unless the kernel did not take it at once. */
  sendRelayed(header: Buffer, payload: Buffer, padded: boolean, remote: TransportAddress): boolean {
    if (this.#isCongested()) return false;
    const end = header.length + payload.length;
    const length = padded ? end + (-end & 3) : end;
    const scratch = this.#scratch;
    scratch.set(header, 0);
    scratch.set(payload, header.length);
    if (length > end) scratch.fill(0, end, length);
    this.#socket.send(scratch, 0, length, remote.port, remote.address);
    this.#noteQueue();
    return true;
  }

  /** What is queued in user space still refers to the buffer; normally nothing is. */
  #noteQueue(): void {
    this.#queuedBytes = this.#socket.getSendQueueSize();
    if (this.#queuedBytes > 0) this.#scratch = Buffer.allocUnsafeSlow(scratchBytes);
  }

  #isCongested(): boolean {
    if (this.#queuedBytes <= turnLimits.maxSendQueueBytes) return false;
    this.#queuedBytes = this.#socket.getSendQueueSize();
    return this.#queuedBytes > turnLimits.maxSendQueueBytes;
  }

  /** A datagram from port 0, which only a forger sends, could not be answered. */
  #receive(datagram: Buffer, remote: RemoteInfo): void {
    if (remote.port !== 0) this.#engine.handle(this.#find(remote) ?? new UdpClient(this, remote), datagram);
  }

  #find(remote: RemoteInfo): UdpClient | undefined {
    let client = this.#clients.get(remote.port);
    while (client !== undefined && client.remote.address !== remote.address) client = client.next;
    return client;
  }
}

class UdpClient implements TurnClient {
  readonly transport = 'udp';
  readonly remote: TransportAddress;
  allocation: Allocation | undefined;
  /** The next client with the same port, from another address. */
  next: UdpClient | undefined;
  readonly #listener: UdpListener;

  constructor(listener: UdpListener, { address, port }: RemoteInfo) {
    this.#listener = listener;
    this.remote = { family: listener.local.family, address, port };
  }

  get local(): TransportAddress {
    return this.#listener.local;
  }

  setAllocation(allocation: Allocation | undefined): void {
    this.allocation = allocation;
    if (allocation === undefined) this.#listener.forget(this);
    else this.#listener.remember(this);
  }

  sendMessage(message: Buffer): void {
    this.#listener.send(message, this.remote);
  }

  sendRelayed(header: Buffer, payload: Buffer, padded: boolean): boolean {
    return this.#listener.sendRelayed(header, payload, padded, this.remote);
  }
}
