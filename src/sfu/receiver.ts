import { CrosspointError } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import { ClientCapabilities } from './client-capabilities.ts';
import type { MediaRoom } from './media-room.ts';
import type { QualityMonitor } from './quality.ts';
import type { RoomNode } from './room-node.ts';
import { routerCapabilities } from './rtp-shapes.ts';
import type { SfuOptions } from './sfu-options.ts';
import { SubscribeConnection, type SubscribeContext } from './subscribe-connection.ts';
import { SubscriptionWishes } from './subscription-wishes.ts';
import type { ServerConnection, SubscribeOffer, SubscriptionState, SubscriptionWish } from './types.ts';

export interface ReceiverOptions {
  participantId: string;
  autoSubscribe: boolean;
  room: MediaRoom;
  sfuOptions: SfuOptions;
  logger: Logger;
  quality: QualityMonitor;
  requireNode: () => Promise<RoomNode>;
  onOffer: (offer: SubscribeOffer) => void;
  onState: (state: SubscriptionState) => void;
  onConnectionFailed: (connection: ServerConnection) => void;
  /** Something happened to a subscription that an update sets right. */
  onUpdateNeeded: () => void;
}

/** What one participant receives: its wishes, and the connection that fulfils them. Its methods run one at a time. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #wishes: SubscriptionWishes;
  #capabilities: ClientCapabilities | undefined;
  #connection: SubscribeConnection | undefined;
  #negotiation = 0;
  /** The client has closed its peer connection; it says when it has a new one. */
  #abandoned = false;
  #closed = false;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#wishes = new SubscriptionWishes({ auto: options.autoSubscribe });
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** Adds to what is wanted; unknown tracks, and one's own, change nothing and throw `trackNotFound`. */
  want(wishes: readonly SubscriptionWish[]): void {
    const { room, participantId } = this.#options;
    const isForeign = (id: string) => (room.tracks.get(id)?.participantId ?? participantId) !== participantId;
    const unknown = wishes.filter(({ track }) => !isForeign(track)).map(({ track }) => track);
    if (unknown.length > 0) throw new CrosspointError('trackNotFound', { data: { tracks: unknown } });
    for (const wish of wishes) this.#wishes.want(wish);
  }

  unwant(trackIds: readonly string[]): void {
    for (const id of trackIds) if (this.#options.room.tracks.has(id)) this.#wishes.unwant(id);
  }

  /** Brings the connection in line with the wishes; it is made when there is something to receive. */
  async update(): Promise<void> {
    if (this.#abandoned || this.#closed) return;
    const { room, participantId } = this.#options;
    this.#wishes.prune(room.tracks);
    const wanted = this.#wishes.select(room.tracks.values(), participantId);
    if (wanted.length === 0 && !this.#connection) return;
    this.#connection ??= await this.#open();
    await this.#connection.update(wanted);
  }

  async handleAnswer(answer: { negotiation: number; sdp: string }): Promise<void> {
    await this.#requireConnection().handleAnswer(answer);
  }

  async restartIce(options: { fresh: boolean }): Promise<void> {
    if (!options.fresh) return this.#requireConnection().restartIce();
    this.forget();
    this.#abandoned = false;
  }

  /** Drops the connection; the wishes stay. */
  forget(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  close(): void {
    this.#closed = true;
    this.forget();
  }

  #requireConnection(): SubscribeConnection {
    if (!this.#connection) throw new CrosspointError('connectionNotFound');
    return this.#connection;
  }

  async #open(): Promise<SubscribeConnection> {
    const node = await this.#options.requireNode();
    this.#capabilities ??= new ClientCapabilities(routerCapabilities(node.router));
    const connection = await SubscribeConnection.open(this.#context(node, this.#capabilities));
    if (!this.#closed && node.alive) return connection;
    connection.close();
    throw new CrosspointError('mediaUnavailable');
  }

  #context(node: RoomNode, capabilities: ClientCapabilities): SubscribeContext {
    const { room, sfuOptions, logger, quality, onOffer, onState, onUpdateNeeded } = this.#options;
    return {
      room,
      node,
      sfuOptions,
      logger,
      capabilities,
      nextNegotiation: () => {
        this.#negotiation += 1;
        return this.#negotiation;
      },
      onOffer,
      onSubscribed: (subscription) => quality.add(subscription),
      onUnsubscribed: (subscription) => quality.remove(subscription),
      onRefused: ({ id, participantId }, error) => {
        this.#wishes.refuse(id);
        onState({ track: id, participant: participantId, state: 'refused', error });
      },
      onRemoteEnd: (state) => this.#handleRemoteEnd(state),
      events: { onState, onScore: () => quality.touch(), onEnded: onUpdateNeeded },
    };
  }

  #handleRemoteEnd(state: 'closed' | 'failed'): void {
    this.forget();
    this.#abandoned = true;
    if (state === 'failed') this.#options.onConnectionFailed('subscribe');
  }
}
