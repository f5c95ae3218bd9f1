import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions, type Server as TlsServer } from 'node:tls';
import { turnLimits } from '../../shared/limits.ts';
import type { TurnEngine } from '../engine.ts';
import { networkOf, type QuotaHold } from '../limit/quota-ledger.ts';
import { metricIndex } from '../metrics.ts';
import { ipFamilyOf, type TransportAddress } from '../net/ip-address.ts';
import { StreamClient } from './stream-client.ts';

export interface StreamTimeouts {
  /** How long a connection may be without an allocation. */
  readonly idleMs: number;
  readonly tlsHandshakeMs: number;
}

interface StreamListenerOptions {
  readonly engine: TurnEngine;
  readonly address: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly timeouts: StreamTimeouts;
}

/** RFC 7443: the protocols that a client may name in ALPN; one that names none is as welcome. */
const alpnProtocols = ['stun.turn', 'stun.nat-discovery'];

/** Accepts TCP or TLS connections at one local address, a bounded number of each source. */
export class StreamListener {
  readonly local: TransportAddress;
  readonly #options: StreamListenerOptions;
  readonly #transport: 'tcp' | 'tls';
  readonly #server: Server | TlsServer;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server | TlsServer, transport: 'tcp' | 'tls', options: StreamListenerOptions) {
    this.#server = server;
    this.#transport = transport;
    this.#options = options;
    this.local = { family: ipFamilyOf(options.address) ?? 4, address: options.address, port: portOf(server) };
    server.maxConnections = turnLimits.maxConnectionsPerListener;
    server.on('error', () => undefined);
    server.on('connection', (socket: Socket) => this.#accept(socket));
    // A handshake that fails or takes too long concerns only its own connection.
    server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
    server.on('secureConnection', (socket: Socket) => this.#serve(socket));
  }

  static async openTcp(options: StreamListenerOptions): Promise<StreamListener> {
    const server = createServer({ noDelay: true });
    await listen(server, options);
    return new StreamListener(server, 'tcp', options);
  }

  static async openTls(options: StreamListenerOptions, certificate: SecureContextOptions): Promise<StreamListener> {
    const server = createTlsServer({
      ...certificate,
      ALPNProtocols: alpnProtocols,
      handshakeTimeout: options.timeouts.tlsHandshakeMs,
      minVersion: 'TLSv1.2',
      noDelay: true,
    });
    await listen(server, options);
    return new StreamListener(server, 'tls', options);
  }

  /** New connections get the new certificate; those that exist go on. */
  setCertificate(certificate: SecureContextOptions): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Counts every connection from its first packet on, so that unfinished handshakes count too. */
  #accept(socket: Socket): void {
    const { quotas, context } = this.#options.engine.services;
    const key = `connection ${networkOf(socket.remoteAddress ?? '')}`;
    const hold = quotas.take([{ key, max: turnLimits.maxConnectionsPerAddress }]);
    if ('exceeded' in hold) {
      context.metrics.add(metricIndex.connectionsRefused, 1);
      context.limitLog.hit('connections per address', { client: socket.remoteAddress });
      socket.destroy();
      return;
    }
    this.#hold(socket, hold);
    if (this.#transport === 'tcp') this.#serve(socket);
  }

  #hold(socket: Socket, hold: QuotaHold): void {
    const { metrics } = this.#options.engine.services.context;
    metrics.add(metricIndex.connectionsAccepted, 1);
    metrics.add(metricIndex.connections, 1);
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      hold.release();
      metrics.add(metricIndex.connections, -1);
    });
  }

  #serve(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) return;
    const { engine, timeouts } = this.#options;
    const remote = { family: this.local.family, address: remoteAddress, port: remotePort };
    const place = { transport: this.#transport, remote, local: this.local };
    new StreamClient({ ...place, socket, engine, idleTimeoutMs: timeouts.idleMs }).start();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listen(server: Server, { address, port, reusePort }: StreamListenerOptions): Promise<void> {
  const listening = once(server, 'listening');
  const { acceptBacklog: backlog } = turnLimits;
  server.listen({ host: address, port, backlog, reusePort, exclusive: true, ipv6Only: ipFamilyOf(address) === 6 });
  await listening;
}
