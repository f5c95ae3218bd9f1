import { EventEmitter } from 'node:events';
import { parseCandidate } from '../sdp/parse-candidate.ts';
import { parseClientDescription } from '../sdp/parse-client-description.ts';
import type { ClientDescription } from '../sdp/types.ts';
import { CrosspointError } from '../shared/errors.ts';
import { sfuLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import { SerialQueue } from '../shared/serial-queue.ts';
import type { MediaRoom } from './media-room.ts';
import { PublishConnection, type PublishContext } from './publish-connection.ts';
import { QualityMonitor } from './quality.ts';
import { Receiver } from './receiver.ts';
import type { RoomNode } from './room-node.ts';
import type { RoomTrack } from './room-track.ts';
import { fingerprintKey } from './rtp-shapes.ts';
import { sendQuality } from './send-quality.ts';
import type { SfuOptions } from './sfu-options.ts';
import type {
  PublishOffer,
  PublishResult,
  ServerConnection,
  SfuSession,
  SfuSessionEvents,
  SubscriptionWish,
} from './types.ts';

export interface SessionOptions {
  participantId: string;
  autoSubscribe: boolean;
  room: MediaRoom;
  sfuOptions: SfuOptions;
  logger: Logger;
  onClosed: () => void;
}

/** The media side of one participant: at most one connection each way. Whatever waits for the worker runs in its queue. */
export class Session extends EventEmitter<SfuSessionEvents> implements SfuSession {
  readonly participantId: string;
  readonly #options: SessionOptions;
  readonly #queue = new SerialQueue({ maxPending: sfuLimits.queuedRequestsPerSession });
  readonly #quality = new QualityMonitor((entries) => this.emit('qualityChanged', entries));
  /** How to stop watching each own track. */
  readonly #sendQualities = new Map<RoomTrack, () => void>();
  readonly #receiver: Receiver;
  #publish: PublishConnection | undefined;
  #node: RoomNode | undefined;
  #updateQueued = false;
  #retryTimer: NodeJS.Timeout | undefined;
  /** The client knows already that it has to publish anew. */
  #publishLossTold = false;

  constructor(options: SessionOptions) {
    super();
    this.participantId = options.participantId;
    this.#options = options;
    this.#receiver = new Receiver({
      ...options,
      quality: this.#quality,
      requireNode: () => this.#requireNode(),
      onOffer: (offer) => this.emit('offer', offer),
      onState: (state) => this.emit('subscriptionChanged', state),
      onConnectionFailed: (connection) => this.emit('connectionsLost', [connection]),
      onUpdateNeeded: () => this.handleTracksChanged(),
    });
  }

  handlePublishOffer(request: PublishOffer): Promise<PublishResult> {
    return this.#queue.run(async () => {
      const offer = parseClientDescription(request.sdp, 'offer');
      this.#publishLossTold = false;
      try {
        const connection = await this.#publishConnectionFor(offer);
        return await connection.negotiate(offer, request);
      } catch (error) {
        this.#handlePublishFailure(error);
        throw error;
      }
    });
  }

  handleSubscribeAnswer(answer: { negotiation: number; sdp: string }): Promise<void> {
    return this.#thenUpdate(() => this.#receiver.handleAnswer(answer));
  }

  handleCandidate(_connection: ServerConnection, candidate: string): void {
    parseCandidate(candidate);
  }

  restartIce({ connection, fresh }: { connection: ServerConnection; fresh: boolean }): Promise<void> {
    if (connection === 'subscribe') return this.#thenUpdate(() => this.#receiver.restartIce({ fresh }));
    return this.#queue.run(() => {
      if (!this.#publish) throw new CrosspointError('connectionNotFound');
      if (fresh) this.#forgetPublish();
    });
  }

  setMuted(trackId: string, muted: boolean): Promise<void> {
    return this.#queue.run(() => this.#options.room.updateTrack(this.#requireOwnTrack(trackId), { muted }));
  }

  unpublish(trackId: string): Promise<void> {
    return this.#queue.run(() => {
      const track = this.#requireOwnTrack(trackId);
      this.#publish?.unpublish(track);
    });
  }

  subscribe(wishes: SubscriptionWish[]): Promise<void> {
    return this.#thenUpdate(() => this.#receiver.want(wishes));
  }

  unsubscribe(trackIds: string[]): Promise<void> {
    return this.#thenUpdate(() => this.#receiver.unwant(trackIds));
  }

  /** Tracks of the room came or went; changes that come while an update waits are part of it. */
  handleTracksChanged(): void {
    if (this.#updateQueued || this.#queue.closed) return;
    this.#updateQueued = true;
    const updated = this.#queue.run(() => {
      this.#updateQueued = false;
      return this.#receiver.update();
    });
    updated.catch((error: unknown) => {
      this.#updateQueued = false;
      if (!this.#queue.closed) this.#retryUpdate(error);
    });
  }

  /** The worker behind this session has died; what was on it is gone. */
  handleNodeLost(): void {
    const lost: ServerConnection[] = [
      ...(this.#publish ? (['publish'] as const) : []),
      ...(this.#receiver.connected ? (['subscribe'] as const) : []),
    ];
    this.#forgetPublish();
    this.#receiver.forget();
    this.#node = undefined;
    this.#options.room.leaveNode(this);
    this.#tellLost(lost);
    this.handleTracksChanged();
  }

  close(): void {
    if (this.#queue.closed) return;
    this.#queue.close();
    clearTimeout(this.#retryTimer);
    this.#forgetPublish();
    this.#receiver.close();
    this.#quality.close();
    this.#options.room.leaveNode(this);
    this.#options.onClosed();
    this.removeAllListeners();
  }

  /** The reply need not wait for what follows from it. */
  #thenUpdate(task: () => void | Promise<void>): Promise<void> {
    const done = this.#queue.run(task);
    done.then(
      () => this.handleTracksChanged(),
      () => {},
    );
    return done;
  }

  async #requireNode(): Promise<RoomNode> {
    if (this.#node?.alive) return this.#node;
    const node = await this.#options.room.enterNode(this);
    if (this.#queue.closed || !node.alive) {
      this.#options.room.leaveNode(this);
      throw new CrosspointError('mediaUnavailable');
    }
    this.#node = node;
    return node;
  }

  /** An offer from another peer connection, recognised by its certificate, replaces the connection and its tracks. */
  async #publishConnectionFor(offer: ClientDescription): Promise<PublishConnection> {
    const isStopped = offer.dtls.fingerprints.length === 0;
    if (this.#publish && (isStopped || this.#publish.fingerprint === fingerprintKey(offer.dtls))) return this.#publish;
    if (isStopped) throw new CrosspointError('connectionNotFound');
    this.#forgetPublish();
    const node = await this.#requireNode();
    const connection = await PublishConnection.open(this.#publishContext(node), offer);
    if (this.#queue.closed || !node.alive) {
      connection.close();
      throw new CrosspointError('mediaUnavailable');
    }
    this.#publish = connection;
    return connection;
  }

  #publishContext(node: RoomNode): PublishContext {
    const { room, sfuOptions, logger } = this.#options;
    return {
      room,
      node,
      sfuOptions,
      logger,
      participantId: this.participantId,
      onTrack: (track) => this.#watchQuality(track),
      onTrackEnded: (track) => this.#sendQualities.get(track)?.(),
      onRemoteEnd: (state) => {
        this.#forgetPublish();
        if (state === 'failed') this.#tellLost(['publish']);
      },
    };
  }

  #forgetPublish(): void {
    const connection = this.#publish;
    this.#publish = undefined;
    connection?.close();
  }

  /** The client is told to negotiate again as soon as that makes sense. */
  #handlePublishFailure(error: unknown): void {
    if (this.#publish?.closed) this.#publish = undefined;
    if (!(error instanceof CrosspointError) || error.code !== 'mediaUnavailable') return;
    this.#options.room.whenAvailable().then(
      () => {
        if (!this.#queue.closed && !this.#publish && !this.#publishLossTold) this.#tellLost(['publish']);
      },
      () => {},
    );
  }

  #tellLost(connections: ServerConnection[]): void {
    if (connections.includes('publish')) this.#publishLossTold = true;
    if (connections.length > 0) this.emit('connectionsLost', connections);
  }

  /** An update fails only for want of a worker; it is tried again when there is one, a little later. */
  #retryUpdate(error: unknown): void {
    this.#options.logger.warn({ err: error }, 'subscriptions wait for a media worker');
    this.#options.room.whenAvailable().then(
      () => {
        if (this.#queue.closed) return;
        clearTimeout(this.#retryTimer);
        this.#retryTimer = setTimeout(() => this.handleTracksChanged(), sfuLimits.updateRetryDelayMs);
      },
      () => {},
    );
  }

  #watchQuality(track: RoomTrack): void {
    const source = sendQuality(track);
    const touch = () => this.#quality.touch();
    this.#quality.add(source);
    track.producer.on('score', touch);
    this.#sendQualities.set(track, () => {
      this.#quality.remove(source);
      track.producer.off('score', touch);
      this.#sendQualities.delete(track);
    });
  }

  #requireOwnTrack(trackId: string): RoomTrack {
    const track = this.#options.room.tracks.get(trackId);
    if (track?.participantId !== this.participantId) throw new CrosspointError('trackNotFound');
    return track;
  }
}
