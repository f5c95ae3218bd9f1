import { createWorker, type types } from 'mediasoup';
import { sfuLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import { Census } from './census.ts';
import type { ListeningPort } from './types.ts';

/** One address that a worker listens on; with `port` undefined or 0 a free one is taken. */
export interface ListenAddress {
  address: string;
  /** What clients are told instead, where the server stands behind a NAT. */
  announcedAddress?: string;
  port?: number;
}

export interface MediaWorkerOptions {
  workerBin?: string;
  listen: types.TransportListenInfo[];
  logger: Logger;
}

const endingSignals = ['SIGINT', 'SIGTERM'] as const;

/**
 * mediasoup's Worker closes itself on these signals, from its constructor on. Here the server decides when that is: while it
 * drains, calls go on.
 */
function createDeafWorker(settings: types.WorkerSettings): Promise<types.Worker> {
  const others = new Map(endingSignals.map((signal) => [signal, new Set(process.listeners(signal))]));
  const worker = createWorker(settings);
  for (const [signal, before] of others) {
    for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
  }
  return worker;
}

/** One mediasoup worker process with the WebRtcServer that all its transports share. */
export class MediaWorker {
  readonly webRtcServer: types.WebRtcServer;
  readonly ports: ListeningPort[];
  readonly startedAt: number = performance.now();
  readonly #worker: types.Worker;
  readonly #census: Census;

  private constructor(parts: {
    worker: types.Worker;
    census: Census;
    webRtcServer: types.WebRtcServer;
    ports: ListeningPort[];
  }) {
    this.#worker = parts.worker;
    this.#census = parts.census;
    this.webRtcServer = parts.webRtcServer;
    this.ports = parts.ports;
  }

  static async start(options: MediaWorkerOptions): Promise<MediaWorker> {
    const { workerBin, listen } = options;
    const worker = await createDeafWorker({ logLevel: 'warn', ...(workerBin ? { workerBin } : {}) });
    const census = new Census();
    census.watch(worker);
    worker.on('listenererror', (event, error) => options.logger.error({ event, err: error }, 'worker listener failed'));
    try {
      const webRtcServer = await worker.createWebRtcServer({ listenInfos: listen });
      return new MediaWorker({ worker, census, webRtcServer, ports: await listeningPorts(webRtcServer) });
    } catch (error) {
      worker.close();
      const addresses = listen.map(({ protocol, ip, port }) => `${protocol} ${ip} port ${port ?? 'any'}`);
      throw new Error(`A media worker cannot listen on ${addresses.join(', ')}.`, { cause: error });
    }
  }

  get pid(): number {
    return this.#worker.pid;
  }

  get alive(): boolean {
    return !this.#worker.closed;
  }

  get census(): Readonly<Census> {
    return this.#census;
  }

  /** What the worker has to do, in consumers; an empty router counts for the call that it will carry. */
  get load(): number {
    return this.#census.consumers + this.#census.routers * sfuLimits.routerLoadConsumers;
  }

  onDied(listener: (error: Error) => void): void {
    this.#worker.once('died', listener);
  }

  createRouter(codecs: types.RouterRtpCodecCapability[]): Promise<types.Router> {
    return this.#worker.createRouter({ mediaCodecs: codecs });
  }

  /** Ends the process; resolves when it is gone. */
  close(): Promise<void> {
    if (this.#worker.subprocessClosed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, sfuLimits.workerCloseTimeoutMs);
    this.#worker.once('subprocessclose', () => {
      clearTimeout(timer);
      resolve();
    });
    this.#worker.close();
    return promise;
  }
}

async function listeningPorts(webRtcServer: types.WebRtcServer): Promise<ListeningPort[]> {
  const { udpSockets, tcpServers } = await webRtcServer.dump();
  const port = (protocol: 'udp' | 'tcp') => (socket: types.IpPort) => ({
    protocol,
    address: socket.ip,
    port: socket.port,
  });
  return [...udpSockets.map(port('udp')), ...tcpServers.map(port('tcp'))];
}
