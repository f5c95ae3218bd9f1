import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HubServices } from '../hub-services.ts';
import { acceptHandshake, type Refusal, refuseHandshake, refuseUpgrade } from '../websocket/handshake.ts';
import { ServerWebSocket } from '../websocket/web-socket.ts';
import type { TurnFlusher } from '../wire/turn-flusher.ts';
import { AddressRate } from './address-rate.ts';
import { clientAddress } from './client-address.ts';
import { Connection } from './connection.ts';
import { ConnectionSweep } from './connection-sweep.ts';
import { type Agreement, negotiate } from './negotiate.ts';
import { networkOf } from './network-of.ts';
import { OriginPolicy } from './origin-policy.ts';

export const signalingPath = '/signaling';

interface SignalingEdgeOptions {
  hub: HubServices;
  flusher: TurnFlusher;
  allowedOrigins: readonly string[];
  trustProxy: boolean;
}

interface Accepted {
  socket: Duplex;
  head: Buffer;
  agreement: Agreement;
}

/** Turns HTTP upgrades into connections, and owns these. */
export class SignalingEdge {
  readonly #options: SignalingEdgeOptions;
  readonly #sweep: ConnectionSweep;
  readonly #origins: OriginPolicy;
  readonly #rate: AddressRate;
  /** Connections by the network that the client is in. */
  readonly #perAddress = new Map<string, number>();
  #closing: Promise<void> | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: SignalingEdgeOptions) {
    this.#options = options;
    this.#sweep = new ConnectionSweep(options.hub.limits);
    this.#origins = new OriginPolicy(options.allowedOrigins);
    const { connectionsPerSecondPerAddress, connectionBurstPerAddress, maxTrackedAddresses } = options.hub.limits;
    this.#rate = new AddressRate({
      perSecond: connectionsPerSecondPerAddress,
      burst: connectionBurstPerAddress,
      maxAddresses: maxTrackedAddresses,
    });
  }

  /** Open WebSockets. */
  get size(): number {
    return this.#sweep.size;
  }

  /** Bytes waiting in all send queues. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const connection of this.#sweep.connections()) bytes += connection.outbox.queuedBytes;
    return bytes;
  }

  /** Takes an HTTP upgrade request for the signaling path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const agreement = this.#refusalOf(request) ?? refuseHandshake(request) ?? negotiate(request);
    if ('status' in agreement) this.#refuse(socket, agreement);
    else this.#accept(request, { socket, head, agreement });
  }

  /** Tells everyone that the server is going, and resolves when all sockets are gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #refusalOf(request: IncomingMessage): Refusal | undefined {
    const { headers } = request;
    const { limits } = this.#options.hub;
    if (this.#closing) return { status: 503, reason: 'The server is shutting down.' };
    if (this.#sweep.size >= limits.maxConnections) return { status: 503, reason: 'The server is full.' };
    if (this.#countOf(request) >= limits.maxConnectionsPerAddress) {
      return { status: 429, reason: 'Too many connections from this address.' };
    }
    if (this.#rate.take(this.#addressOf(request), performance.now()) > 0) {
      return { status: 429, reason: 'Connections from this address come too fast.' };
    }
    if (!this.#origins.allows(headers.origin, headers.host)) {
      return { status: 403, reason: 'Pages of this origin may not connect.' };
    }
    return undefined;
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    const { status, reason } = refusal;
    this.#options.hub.counters.connectionsRefused += 1;
    this.#options.hub.logger.debug({ status, reason }, 'connection refused');
    refuseUpgrade(socket, refusal);
  }

  #accept(request: IncomingMessage, { socket, head, agreement }: Accepted): void {
    const { hub, flusher } = this.#options;
    const { maxFrameBytes: maxMessageBytes, closeTimeoutMs } = hub.limits;
    const address = this.#addressOf(request);
    const place = placeOf(address);
    hub.counters.connectionsAccepted += 1;
    this.#perAddress.set(place, (this.#perAddress.get(place) ?? 0) + 1);
    acceptHandshake(request, socket, agreement);
    const inflates = agreement.extensions !== undefined;
    const webSocket = new ServerWebSocket({ socket, head, maxMessageBytes, inflates, closeTimeoutMs });
    const onClosed = (connection: Connection) => this.#forget(connection);
    const { encoding } = agreement;
    this.#sweep.add(new Connection({ webSocket, encoding, address, hub, flusher, onClosed }));
  }

  #forget(connection: Connection): void {
    this.#sweep.remove(connection);
    const place = placeOf(connection.address);
    const others = (this.#perAddress.get(place) ?? 1) - 1;
    if (others > 0) this.#perAddress.set(place, others);
    else this.#perAddress.delete(place);
    if (this.#sweep.size === 0) this.#whenEmpty?.();
  }

  #countOf(request: IncomingMessage): number {
    return this.#perAddress.get(placeOf(this.#addressOf(request))) ?? 0;
  }

  #addressOf(request: IncomingMessage): string {
    return clientAddress(request, this.#options.trustProxy);
  }

  async #close(): Promise<void> {
    const { shutdownRetryMs, closeTimeoutMs } = this.#options.hub.limits;
    for (const connection of this.#sweep.connections()) {
      connection.disconnect('serverShutdown', { retryAfterMs: Math.ceil(Math.random() * shutdownRetryMs) });
    }
    await this.#emptied(closeTimeoutMs);
    this.#sweep.close();
  }

  async #emptied(timeoutMs: number): Promise<void> {
    if (this.#sweep.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenEmpty = resolve;
    const timer = setTimeout(() => {
      for (const connection of this.#sweep.connections()) connection.terminate();
    }, timeoutMs);
    await promise;
    clearTimeout(timer);
  }
}

/** Whose connections are counted together; those from this machine too. */
function placeOf(address: string): string {
  return networkOf(address) ?? address;
}
