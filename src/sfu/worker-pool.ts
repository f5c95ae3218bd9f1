import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { CrosspointError } from '../shared/errors.ts';
import { sfuLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import { type ListenAddress, MediaWorker } from './media-worker.ts';
import type { ListeningPort, SfuCounts } from './types.ts';

export interface WorkerPoolOptions {
  workerBin?: string;
  workers: number;
  listen: readonly ListenAddress[];
  enableUdp: boolean;
  enableTcp: boolean;
  logger: Logger;
}

interface Seat {
  readonly index: number;
  worker: MediaWorker | undefined;
  /** Taken over by the next worker, so that firewalls and `ports` stay true. */
  ports: ListeningPort[];
  failures: number;
  timer?: NodeJS.Timeout;
  /** A replacement that is being started. */
  filling?: Promise<void>;
}

interface WorkerPoolEvents {
  /** A worker has been started after there was none. */
  available: [];
  closed: [];
}

/** Keeps the wanted number of workers alive: one that dies is replaced on the same ports, with a bounded back-off. */
export class WorkerPool extends EventEmitter<WorkerPoolEvents> {
  readonly #options: WorkerPoolOptions;
  readonly #seats: Seat[];
  #closed = false;

  private constructor(options: WorkerPoolOptions) {
    super({ captureRejections: false });
    this.setMaxListeners(0);
    this.#options = options;
    this.#seats = Array.from({ length: options.workers }, (_, index) => ({
      index,
      worker: undefined,
      ports: [],
      failures: 0,
    }));
  }

  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.#seats.map((seat) => pool.#fill(seat)));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get ports(): ListeningPort[] {
    return this.#seats.flatMap((seat) => seat.ports);
  }

  get pids(): number[] {
    return this.#alive().map((worker) => worker.pid);
  }

  /** What lives in all workers together. */
  counts(): Pick<SfuCounts, 'workers' | 'routers' | 'transports' | 'producers' | 'consumers'> {
    const workers = this.#alive();
    const sum = (kind: 'routers' | 'transports' | 'producers' | 'consumers') =>
      workers.reduce((total, { census }) => total + census[kind], 0);
    return {
      workers: workers.length,
      routers: sum('routers'),
      transports: sum('transports'),
      producers: sum('producers'),
      consumers: sum('consumers'),
    };
  }

  leastLoaded(): MediaWorker | undefined {
    return this.#alive().sort((one, other) => one.load - other.load)[0];
  }

  /** Resolves at once while a worker is alive, else with the next one; rejects with `mediaUnavailable`. */
  async whenAvailable(options: { timeoutMs?: number } = {}): Promise<void> {
    if (this.#closed) throw new CrosspointError('mediaUnavailable');
    if (this.#alive().length > 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const refuse = () => reject(new CrosspointError('mediaUnavailable'));
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(refuse, options.timeoutMs);
    this.once('available', resolve).once('closed', refuse);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.off('available', resolve).off('closed', refuse);
    }
  }

  /** Ends every process; idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('closed');
    for (const { timer } of this.#seats) clearTimeout(timer);
    await Promise.all(this.#seats.flatMap(({ worker, filling }) => [worker?.close(), filling]));
  }

  #alive(): MediaWorker[] {
    return this.#seats.flatMap(({ worker }) => (worker?.alive ? [worker] : []));
  }

  async #fill(seat: Seat): Promise<void> {
    const { workerBin, logger } = this.#options;
    const listen = this.#listenInfos(seat);
    const worker = await MediaWorker.start({ listen, logger, ...(workerBin ? { workerBin } : {}) });
    if (this.#closed) return worker.close();
    seat.worker = worker;
    seat.ports = worker.ports;
    worker.onDied((error) => this.#handleDeath(seat, worker, error));
    logger.info({ worker: seat.index, pid: worker.pid, ports: seat.ports }, 'media worker started');
    this.emit('available');
  }

  #handleDeath(seat: Seat, worker: MediaWorker, error: Error): void {
    if (this.#closed) return;
    const livedMs = Math.round(performance.now() - worker.startedAt);
    this.#options.logger.error({ worker: seat.index, pid: worker.pid, livedMs, err: error }, 'media worker died');
    seat.worker = undefined;
    if (livedMs >= sfuLimits.stableWorkerMs) seat.failures = 0;
    this.#refill(seat);
  }

  /** The first replacement comes at once; each further failure doubles the wait. */
  #refill(seat: Seat): void {
    const delayMs = restartDelayMs(seat.failures);
    seat.failures += 1;
    seat.timer = setTimeout(() => {
      seat.filling = this.#fill(seat).catch((error: unknown) => {
        if (this.#closed) return;
        this.#options.logger.error({ worker: seat.index, err: error }, 'media worker could not be started');
        this.#refill(seat);
      });
    }, delayMs);
  }

  #listenInfos(seat: Seat): types.TransportListenInfo[] {
    const { listen, enableUdp, enableTcp } = this.#options;
    const protocols = [...(enableUdp ? (['udp'] as const) : []), ...(enableTcp ? (['tcp'] as const) : [])];
    return listen.flatMap((entry) => protocols.map((protocol) => listenInfo(entry, protocol, seat)));
  }
}

/** Milliseconds before the next start after that many failures in a row. */
export function restartDelayMs(failures: number): number {
  if (failures === 0) return 0;
  return Math.min(sfuLimits.workerRestartDelayMs * 2 ** (failures - 1), sfuLimits.maxWorkerRestartDelayMs);
}

/** A free port that the dead worker had may have been taken by somebody else since. */
const maxSamePortAttempts = 4;

function portBefore(entry: ListenAddress, protocol: 'udp' | 'tcp', seat: Seat): number | undefined {
  return seat.ports.find((port) => port.protocol === protocol && port.address === entry.address)?.port;
}

/** Worker n listens on the configured port plus n, or wherever its predecessor did. */
function listenInfo(entry: ListenAddress, protocol: 'udp' | 'tcp', seat: Seat): types.TransportListenInfo {
  const configured = entry.port ? entry.port + seat.index : undefined;
  const port = configured ?? (seat.failures < maxSamePortAttempts ? portBefore(entry, protocol, seat) : undefined);
  return {
    protocol,
    ip: entry.address,
    ...(entry.announcedAddress ? { announcedAddress: entry.announcedAddress } : {}),
    ...(port ? { port } : {}),
    sendBufferSize: sfuLimits.socketBufferBytes,
    recvBufferSize: sfuLimits.socketBufferBytes,
  };
}
