import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { sfuLimits } from '../shared/limits.ts';
import type { MediaWorker } from './media-worker.ts';

/** How loud a participant's producers were in the last interval, in dBov. */
export interface Loudness {
  participantId: string;
  decibels: number;
}

interface RoomNodeEvents {
  /** What was heard on this node in the last interval; those not named were silent. */
  loudness: [Loudness[]];
  /** The worker behind it has died. */
  lost: [];
}

/**
 * A room's presence on one worker: a router, and an observer of how loud its microphones are. mediasoup's observer of the
 * active speaker is not used, because its verdicts about the parts of a spread room cannot be compared; levels can.
 */
export class RoomNode extends EventEmitter<RoomNodeEvents> {
  readonly worker: MediaWorker;
  readonly router: types.Router;
  /** A producer is added once, however many tracks it serves one after the other. */
  readonly #listenedTo = new WeakSet<types.Producer>();
  #observer: Promise<types.AudioLevelObserver> | undefined;

  constructor(worker: MediaWorker, router: types.Router) {
    super();
    this.worker = worker;
    this.router = router;
    router.once('workerclose', () => this.emit('lost'));
  }

  static async create(worker: MediaWorker, codecs: types.RouterRtpCodecCapability[]): Promise<RoomNode> {
    return new RoomNode(worker, await worker.createRouter(codecs));
  }

  get alive(): boolean {
    return !this.router.closed;
  }

  /** Measures a microphone from now on; ends with the producer. */
  async listenTo(producer: types.Producer, participantId: string): Promise<void> {
    if (this.#listenedTo.has(producer)) return;
    this.#listenedTo.add(producer);
    this.#observer ??= this.#createObserver();
    const observer = await this.#observer;
    if (producer.closed || observer.closed) return;
    producer.appData = { ...producer.appData, participantId };
    await observer.addProducer({ producerId: producer.id });
  }

  close(): void {
    this.router.close();
    this.removeAllListeners();
  }

  async #createObserver(): Promise<types.AudioLevelObserver> {
    const observer = await this.router.createAudioLevelObserver({
      maxEntries: sfuLimits.speakers,
      threshold: sfuLimits.silenceDb,
      interval: sfuLimits.audioLevelIntervalMs,
    });
    observer.on('volumes', (volumes) => this.emit('loudness', volumes.map(loudness)));
    observer.on('silence', () => this.emit('loudness', []));
    return observer;
  }
}

function loudness({ producer, volume }: types.AudioLevelObserverVolume): Loudness {
  return { participantId: String(producer.appData.participantId), decibels: volume };
}
