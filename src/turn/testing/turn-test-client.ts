import { randomBytes } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { StreamFramer } from '../listener/stream-framer.ts';
import type { TransportAddress } from '../net/ip-address.ts';
import { attributeType } from '../stun/attribute-type.ts';
import { encodePasswordAlgorithms, longTermKey, userhashOf } from '../stun/password-algorithm.ts';
import { decodeErrorCode } from '../stun/stun-error.ts';
import { isIntegrityRight } from '../stun/stun-integrity.ts';
import { parseStunMessage, type StunMessage } from '../stun/stun-message.ts';
import { StunMessageBuilder } from '../stun/stun-message-builder.ts';
import { stunClass, stunMethod } from '../stun/stun-type.ts';
import { decodeXorAddress, encodeXorAddress } from '../stun/xor-address.ts';

export interface TestCredentials {
  readonly username: string;
  readonly password: string;
  /** MD5 with SHA-1, as browsers do, unless set. */
  readonly sha256?: boolean;
  readonly userhash?: boolean;
}

type Attribute = readonly [type: number, value: Buffer];

export interface RequestOptions {
  readonly transactionId?: Buffer;
  readonly credentials?: TestCredentials | undefined;
  readonly fingerprint?: boolean;
}

interface Channel {
  write(bytes: Buffer): void;
  close(): void;
  pause(): void;
  readonly local: TransportAddress;
}

/** A TURN client for tests: it speaks exactly what it is told and checks that every success is signed. */
export class TurnTestClient {
  credentials: TestCredentials | undefined;
  realm = '';
  nonce = '';
  offered: Buffer | undefined;
  /** Resolves when a stream's other end has closed it. */
  closed: Promise<unknown> = new Promise(() => undefined);
  readonly #received: Buffer[] = [];
  #channel: Channel | undefined;
  #wake: () => void = () => undefined;

  static async udp(server: { address: string; port: number }, bindAddress?: string): Promise<TurnTestClient> {
    const socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, bindAddress ?? server.address);
    await once(socket, 'listening');
    return TurnTestClient.overDatagrams(socket, server);
  }

  /** A client over a socket that is bound already. */
  static overDatagrams(socket: DatagramSocket, server: { address: string; port: number }): TurnTestClient {
    const client = new TurnTestClient();
    socket.on('message', (datagram) => client.#receive(datagram));
    const { address, port } = socket.address();
    client.#channel = {
      write: (bytes) => socket.send(bytes, server.port, server.address),
      close: () => socket.close(),
      pause: () => undefined,
      local: { family: address.includes(':') ? 6 : 4, address, port },
    };
    return client;
  }

  static async tcp(server: { address: string; port: number }): Promise<TurnTestClient> {
    const socket = connectTcp({ host: server.address, port: server.port, noDelay: true });
    await once(socket, 'connect');
    return TurnTestClient.#overStream(socket);
  }

  static async tls(server: { address: string; port: number }, ALPNProtocols: string[] = []): Promise<TurnTestClient> {
    const socket = connectTls({ host: server.address, port: server.port, rejectUnauthorized: false, ALPNProtocols });
    await once(socket, 'secureConnect');
    return TurnTestClient.#overStream(socket);
  }

  static #overStream(socket: Socket): TurnTestClient {
    const client = new TurnTestClient();
    const framer = new StreamFramer((frame) => client.#receive(frame));
    socket.on('data', (chunk) => framer.push(chunk));
    socket.on('error', () => undefined);
    client.closed = once(socket, 'close');
    const { localAddress = '', localPort = 0 } = socket;
    client.#channel = {
      write: (bytes) => socket.write(bytes),
      close: () => socket.destroy(),
      pause: () => socket.pause(),
      local: { family: localAddress.includes(':') ? 6 : 4, address: localAddress, port: localPort },
    };
    return client;
  }

  get local(): TransportAddress {
    return this.#open.local;
  }

  send(bytes: Buffer): void {
    this.#open.write(bytes);
  }

  close(): void {
    this.#open.close();
  }

  /** Forgets what arrived and was not asked for. */
  forget(): void {
    this.#received.length = 0;
  }

  /** Stops reading a stream. */
  pause(): void {
    this.#open.pause();
  }

  /** The next datagram or frame; rejects when none comes. */
  async next(timeoutMs = 3_000): Promise<Buffer> {
    const deadline = performance.now() + timeoutMs;
    while (this.#received.length === 0) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error('the server did not answer');
      await this.#arrival(left);
    }
    return this.#received.shift() ?? Buffer.alloc(0);
  }

  /** True when nothing arrives before a Binding request, sent now, is answered: what was sent earlier was dropped. */
  async isSilent(): Promise<boolean> {
    const transactionId = randomBytes(12);
    this.send(new StunMessageBuilder(stunMethod.binding, stunClass.request, transactionId).build());
    const message = parseStunMessage(await this.next());
    return message?.transactionId.equals(transactionId) === true;
  }

  async nextMessage(): Promise<StunMessage> {
    const message = parseStunMessage(await this.next());
    if (message === undefined) throw new Error('the server sent something that is not STUN');
    return message;
  }

  /** Sends one request as it is and returns the reply. */
  async exchange(method: number, attributes: readonly Attribute[], options: RequestOptions = {}): Promise<StunMessage> {
    this.send(this.build(method, attributes, options));
    return this.nextMessage();
  }

  /** Sends a request with credentials, answering a challenge once, and checks the reply's signature. */
  async request(method: number, attributes: readonly Attribute[], options: RequestOptions = {}): Promise<StunMessage> {
    const credentials = options.credentials ?? this.credentials;
    if (this.nonce === '') this.learn(await this.exchange(method, attributes));
    const reply = await this.exchange(method, attributes, { ...options, credentials });
    const signed = reply.messageClass === stunClass.success || ![400, 401, 438].includes(codeOf(reply) ?? 0);
    if (signed && credentials !== undefined && !isIntegrityRight(reply, this.keyOf(credentials))) {
      throw new Error('the reply is not signed with the right key');
    }
    return reply;
  }

  /** Takes realm, nonce and algorithms from a 401 or 438. */
  learn(reply: StunMessage): void {
    this.realm = reply.get(attributeType.realm)?.toString() ?? this.realm;
    this.nonce = reply.get(attributeType.nonce)?.toString() ?? this.nonce;
    this.offered = reply.get(attributeType.passwordAlgorithms);
  }

  build(method: number, attributes: readonly Attribute[], options: RequestOptions = {}): Buffer {
    const builder = new StunMessageBuilder(method, stunClass.request, options.transactionId ?? randomBytes(12));
    for (const [type, value] of attributes) builder.add(type, value);
    if (options.credentials !== undefined) this.#sign(builder, options.credentials);
    return (options.fingerprint === true ? builder.addFingerprint() : builder).build();
  }

  keyOf({ username, password, sha256 }: TestCredentials): Buffer {
    return longTermKey({ username, realm: this.realm, password, algorithm: sha256 === true ? 'sha256' : 'md5' });
  }

  #sign(builder: StunMessageBuilder, credentials: TestCredentials): void {
    const { username, userhash, sha256 } = credentials;
    if (userhash === true) builder.add(attributeType.userhash, userhashOf(username, this.realm));
    else builder.addText(attributeType.username, username);
    builder.addText(attributeType.realm, this.realm).addText(attributeType.nonce, this.nonce);
    if (sha256 === true) {
      builder.add(attributeType.passwordAlgorithms, this.offered ?? Buffer.alloc(0));
      builder.add(attributeType.passwordAlgorithm, encodePasswordAlgorithms(['sha256']));
    }
    builder.addIntegrity(this.keyOf(credentials), sha256 === true ? 'sha256' : 'sha1');
  }

  get #open(): Channel {
    if (this.#channel === undefined) throw new Error('the client is not connected');
    return this.#channel;
  }

  #receive(bytes: Buffer): void {
    this.#received.push(bytes);
    this.#wake();
  }

  async #arrival(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }
}

export const udpTransport: Attribute = [attributeType.requestedTransport, Buffer.from([17, 0, 0, 0])];

export function codeOf(message: StunMessage): number | undefined {
  const value = message.get(attributeType.errorCode);
  return value && decodeErrorCode(value)?.code;
}

export function addressIn(message: StunMessage, type: number): TransportAddress {
  const value = message.get(type);
  const address = value && decodeXorAddress(value, message.transactionId);
  if (address === undefined) throw new Error('the message has no such address');
  return address;
}

export function uint32(type: number, value: number): Attribute {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return [type, bytes];
}

/** An XOR-PEER-ADDRESS for a request whose transaction id is `transactionId`, which only matters to IPv6. */
export function peerAttribute(address: string, port: number, transactionId = Buffer.alloc(12)): Attribute {
  const family = address.includes(':') ? 6 : 4;
  return [attributeType.xorPeerAddress, encodeXorAddress({ family, address, port }, transactionId)];
}

export function channelAttribute(channel: number): Attribute {
  return [attributeType.channelNumber, Buffer.from([channel >> 8, channel & 0xff, 0, 0])];
}

export function sendIndication(peer: Attribute, payload: Buffer, transactionId = Buffer.alloc(12)): Buffer {
  return new StunMessageBuilder(stunMethod.send, stunClass.indication, transactionId)
    .add(...peer)
    .add(attributeType.data, payload)
    .build();
}

export function channelData(channel: number, payload: Buffer, padded = false): Buffer {
  const header = Buffer.from([channel >> 8, channel & 0xff, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([header, payload, Buffer.alloc(padded ? -payload.length & 3 : 0)]);
}
