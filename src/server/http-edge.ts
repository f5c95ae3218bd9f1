import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { httpLimits } from '../shared/limits.ts';
import type { TlsCredentials } from '../shared/tls/tls-credentials.ts';

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

interface HttpEdgeOptions {
  host: string;
  port: number;
  credentials: TlsCredentials | undefined;
  onRequest: RequestListener;
  onUpgrade: UpgradeListener;
}

/** The one listener that carries everything over HTTP or HTTPS. */
export class HttpEdge {
  readonly #server: Server;
  readonly address: AddressInfo;

  private constructor(server: Server, address: AddressInfo) {
    this.#server = server;
    this.address = address;
  }

  /** Resolves when it listens. */
  static async start({ host, port, credentials, onRequest, onUpgrade }: HttpEdgeOptions): Promise<HttpEdge> {
    const server = credentials
      ? createHttpsServer({ cert: credentials.certificate, key: credentials.key, minVersion: 'TLSv1.2' }, onRequest)
      : createServer(onRequest);
    server.on('upgrade', onUpgrade);
    server.listen({ host, port, backlog: httpLimits.acceptBacklog });
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The HTTP server has no address.');
    return new HttpEdge(server, address);
  }

  /** Stops listening at once and ends what is left. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
