import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { CrosspointError } from '../shared/errors.ts';
import { sfuLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import type { MediaRoom } from './media-room.ts';
import type { MediaWorker } from './media-worker.ts';
import { type Lease, Pipes } from './piping.ts';
import { RoomNode } from './room-node.ts';
import type { RoomTrack, TrackChange } from './room-track.ts';
import { Session } from './session.ts';
import type { SfuOptions } from './sfu-options.ts';
import { Speakers } from './speakers.ts';
import type { PublishedTrack, SfuRoom, SfuRoomEvents, SfuSession } from './types.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface RoomOptions {
  pool: WorkerPool;
  codecs: types.RouterRtpCodecCapability[];
  options: SfuOptions;
  logger: Logger;
  onClosed: () => void;
}

/** A room's node on one worker, with the sessions that it serves. */
interface Place {
  readonly worker: MediaWorker;
  readonly ready: Promise<RoomNode>;
  node?: RoomNode;
  readonly members: Set<object>;
}

/** The media side of a room: its nodes on the workers, its tracks, and the sessions that share them. */
export class Room extends EventEmitter<SfuRoomEvents> implements SfuRoom, MediaRoom {
  readonly #context: RoomOptions;
  readonly #places = new Set<Place>();
  readonly #sessions = new Set<Session>();
  readonly #tracks = new Map<string, RoomTrack>();
  readonly #pipes = new Pipes();
  readonly #speakers = new Speakers((speakers) => this.emit('speakersChanged', speakers));
  #closed = false;

  constructor(context: RoomOptions) {
    super();
    this.#context = context;
  }

  get tracks(): ReadonlyMap<string, RoomTrack> {
    return this.#tracks;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  createSession(options: { participantId: string; autoSubscribe: boolean }): SfuSession {
    if (this.#closed) throw new CrosspointError('roomClosed');
    const { logger, options: sfuOptions } = this.#context;
    const session = new Session({
      ...options,
      room: this,
      sfuOptions,
      logger: logger.child({ participant: options.participantId }),
      onClosed: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    session.handleTracksChanged();
    return session;
  }

  tracksOf(participantId: string): PublishedTrack[] {
    const own = [...this.#tracks.values()].filter((track) => track.participantId === participantId);
    return own.map((track) => track.published);
  }

  addTracks(tracks: RoomTrack[]): void {
    for (const track of tracks) {
      this.#tracks.set(track.id, track);
      if (track.producer.kind === 'audio') this.#listenTo(track);
      this.emit('trackPublished', track.published);
    }
    if (tracks.length > 0) this.#tellSessions();
  }

  async updateTrack(track: RoomTrack, change: TrackChange): Promise<void> {
    const changed = await track.update(change);
    if (changed && this.#tracks.has(track.id)) this.emit('trackUpdated', track.published);
  }

  removeTracks(tracks: RoomTrack[]): void {
    const ended = tracks.filter((track) => this.#tracks.delete(track.id));
    for (const track of ended) {
      if (track.producer.kind === 'audio') this.#speakers.forgetParticipant(track.participantId);
      this.emit('trackUnpublished', { id: track.id, participantId: track.participantId });
    }
    if (ended.length > 0) this.#tellSessions();
  }

  lease(track: RoomTrack, node: RoomNode): Promise<Lease> {
    return this.#pipes.lease(track, node);
  }

  whenAvailable(): Promise<void> {
    return this.#context.pool.whenAvailable();
  }

  async enterNode(member: object): Promise<RoomNode> {
    await this.#context.pool.whenAvailable({ timeoutMs: sfuLimits.workerWaitMs });
    if (this.#closed) throw new CrosspointError('mediaUnavailable');
    const place = this.#choosePlace();
    place.members.add(member);
    try {
      return await place.ready;
    } catch (error) {
      place.members.delete(member);
      throw new CrosspointError('mediaUnavailable', { cause: error });
    }
  }

  leaveNode(member: object): void {
    for (const place of this.#places) {
      if (place.members.delete(member) && place.members.size === 0) this.#closePlace(place);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const session of this.#sessions) session.close();
    for (const place of this.#places) this.#closePlace(place);
    this.#speakers.close();
    this.#context.onClosed();
    this.removeAllListeners();
  }

  #tellSessions(): void {
    for (const session of this.#sessions) session.handleTracksChanged();
  }

  #listenTo(track: RoomTrack): void {
    track.node.listenTo(track.producer, track.participantId).catch((error: unknown) => {
      if (!track.producer.closed)
        this.#context.logger.warn({ track: track.id, err: error }, 'loudness is not measured');
    });
  }

  /** Stays on the room's own workers while they have room, and spreads to the least loaded one when they have not. */
  #choosePlace(): Place {
    const own = [...this.#places].filter(({ worker }) => worker.alive);
    const [best] = own.sort((one, other) => this.#expectedConsumers(one) - this.#expectedConsumers(other));
    if (best && this.#expectedConsumers(best) < this.#context.options.maxConsumersPerWorker) return best;
    const least = this.#context.pool.leastLoaded();
    if (!least) throw new CrosspointError('mediaUnavailable');
    return own.find(({ worker }) => worker === least) ?? this.#openPlace(least);
  }

  /** People who join at the same time have no consumers yet: each of them is taken to receive one track of each other. */
  #expectedConsumers({ worker, members }: Place): number {
    const everybody = [...this.#places].reduce((sum, place) => sum + place.members.size, 0);
    return Math.max(worker.census.consumers, members.size * (everybody - 1));
  }

  #openPlace(worker: MediaWorker): Place {
    const place: Place = {
      worker,
      ready: RoomNode.create(worker, this.#context.codecs),
      members: new Set(),
    };
    this.#places.add(place);
    place.ready.then(
      (node) => this.#wireNode(place, node),
      () => this.#places.delete(place),
    );
    return place;
  }

  #wireNode(place: Place, node: RoomNode): void {
    place.node = node;
    if (!this.#places.has(place)) {
      node.close();
      return;
    }
    node.on('loudness', (loudness) => this.#speakers.handleLoudness(node, loudness));
    node.once('lost', () => this.#handleLostNode(place, node));
  }

  /** A node that is still being made is closed when it is there. */
  #closePlace(place: Place): void {
    this.#places.delete(place);
    if (!place.node) return;
    this.#speakers.forgetSource(place.node);
    place.node.close();
  }

  #handleLostNode(place: Place, node: RoomNode): void {
    this.#places.delete(place);
    this.#speakers.forgetSource(node);
    const orphans = [...this.#sessions].filter((session) => place.members.has(session));
    this.#context.logger.warn({ sessions: orphans.length }, 'media worker lost, the room moves');
    this.removeTracks([...this.#tracks.values()].filter((track) => track.node === node));
    for (const session of orphans) session.handleNodeLost();
  }
}
