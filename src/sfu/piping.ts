import type { types } from 'mediasoup';
import { sfuLimits } from '../shared/limits.ts';
import type { RoomNode } from './room-node.ts';
import type { RoomTrack } from './room-track.ts';

/** The right to consume a track on a node. Whoever holds it must release it, once. */
export interface Lease {
  readonly producerId: string;
  release(): void;
}

interface Pipe {
  leases: number;
  ready: Promise<types.Producer>;
}

/** Router pairs talk over loopback: both ends are on this host. */
const listenInfo: types.TransportListenInfo = {
  protocol: 'udp',
  ip: '127.0.0.1',
  sendBufferSize: sfuLimits.socketBufferBytes,
  recvBufferSize: sfuLimits.socketBufferBytes,
};

/**
 * Carries the tracks of one room from the node of their publisher to the nodes where somebody receives them: once for each
 * node, as long as somebody there holds a lease. The pipe ends with the track, with either node, or with its last lease.
 */
export class Pipes {
  readonly #pipes = new Map<RoomTrack, Map<RoomNode, Pipe>>();

  async lease(track: RoomTrack, node: RoomNode): Promise<Lease> {
    if (node === track.node) return { producerId: track.producer.id, release: () => {} };
    const pipe = this.#pipeOf(track, node);
    pipe.leases += 1;
    try {
      const producer = await pipe.ready;
      return { producerId: producer.id, release: once(() => this.#release(track, node, pipe)) };
    } catch (error) {
      this.#release(track, node, pipe);
      throw error;
    }
  }

  /** Pipes that exist or are being made. */
  get size(): number {
    return [...this.#pipes.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #pipeOf(track: RoomTrack, node: RoomNode): Pipe {
    const pipes = this.#pipes.get(track) ?? new Map<RoomNode, Pipe>();
    this.#pipes.set(track, pipes);
    const existing = pipes.get(node);
    if (existing) return existing;
    const pipe: Pipe = { leases: 0, ready: openPipe(track, node) };
    pipes.set(node, pipe);
    pipe.ready.then(
      (producer) => producer.observer.once('close', () => this.#forget(track, node, pipe)),
      () => this.#forget(track, node, pipe),
    );
    return pipe;
  }

  #release(track: RoomTrack, node: RoomNode, pipe: Pipe): void {
    pipe.leases -= 1;
    if (pipe.leases > 0) return;
    this.#forget(track, node, pipe);
    pipe.ready.then(
      (producer) => producer.close(),
      () => {},
    );
  }

  #forget(track: RoomTrack, node: RoomNode, pipe: Pipe): void {
    const pipes = this.#pipes.get(track);
    if (pipes?.get(node) !== pipe) return;
    pipes.delete(node);
    if (pipes.size === 0) this.#pipes.delete(track);
  }
}

/** The piped producer keeps its id, so a track has one producer id in the whole room. */
async function openPipe(track: RoomTrack, node: RoomNode): Promise<types.Producer> {
  const { pipeProducer } = await track.node.router.pipeToRouter({
    producerId: track.producer.id,
    router: node.router,
    listenInfo,
    enableSctp: false,
  });
  if (!pipeProducer) throw new Error('The router made no pipe producer.');
  return pipeProducer;
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
