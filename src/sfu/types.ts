import type { EventEmitter } from 'node:events';
import type { MediaKind } from '../sdp/types.ts';

/** What the signaling side sees of the SFU. Ids of participants come from it; ids of tracks are made here. */
export type TrackSource = 'microphone' | 'camera' | 'screen' | 'screenAudio';
export type ServerConnection = 'publish' | 'subscribe';

export interface PublishedTrack {
  id: string;
  participantId: string;
  kind: MediaKind;
  source: TrackSource;
  muted: boolean;
  /** MIME type in use, for instance `video/VP8`. */
  codec: string;
  simulcast: boolean;
  metadata?: Record<string, string>;
}

export interface TrackDescription {
  mid: string;
  source: TrackSource;
  muted: boolean;
  /** Resolution of the best layer, if the client tells it; layers are chosen by it. */
  width?: number | undefined;
  height?: number | undefined;
  metadata?: Record<string, string>;
}

/** What an m-section is about to send. */
export interface PublishedSource {
  source: TrackSource;
  kind: 'audio' | 'video';
}

export interface PublishOffer {
  sdp: string;
  tracks: TrackDescription[];
  /** Sections for which it says no are refused with `forbidden`; without it all are let through. */
  mayPublish?: (track: PublishedSource) => boolean;
}

export interface PublishResult {
  sdp: string;
  tracks: { mid: string; track?: string; error?: string }[];
}

export interface SubscriptionWish {
  track: string;
  /** Device pixels. */
  width?: number;
  height?: number;
  /** 1 to 255, 255 first. */
  priority?: number;
  paused?: boolean;
}

export interface SubscribeOffer {
  negotiation: number;
  sdp: string;
  tracks: { mid: string; track: string; participant: string }[];
}

export interface SubscriptionState {
  track: string;
  participant: string;
  state: 'active' | 'paused' | 'refused';
  error?: string;
  layer?: { spatial: number; temporal: number };
}

export interface QualityEntry {
  participant: string;
  /** 0 to 10. */
  score: number;
  direction: 'send' | 'receive';
}

export interface SfuSessionEvents {
  /** A new offer for the subscribe connection; at most one is unanswered at a time. */
  offer: [SubscribeOffer];
  subscriptionChanged: [SubscriptionState];
  qualityChanged: [QualityEntry[]];
  /** The media path has gone; the client must make these connections anew. */
  connectionsLost: [ServerConnection[]];
}

/** The media side of one participant. All methods are serialised in the session's own queue. */
export interface SfuSession extends EventEmitter<SfuSessionEvents> {
  readonly participantId: string;
  /** Answers the client's offer for `publish`; throws `invalidSdp`, `tooManyTracks` or `mediaUnavailable`. */
  handlePublishOffer(offer: PublishOffer): Promise<PublishResult>;
  /** Takes the client's answer for `subscribe`; throws `staleNegotiation`, `connectionNotFound` or `invalidSdp`. */
  handleSubscribeAnswer(request: { negotiation: number; sdp: string }): Promise<void>;
  /** Validates a client's candidate; it is not needed, because the server is ICE-lite. */
  handleCandidate(connection: ServerConnection, candidate: string): void;
  /** For `subscribe` makes a new offer with new credentials; with `fresh` forgets the old transport first. */
  restartIce(request: { connection: ServerConnection; fresh: boolean }): Promise<void>;
  setMuted(trackId: string, muted: boolean): Promise<void>;
  unpublish(trackId: string): Promise<void>;
  subscribe(wishes: SubscriptionWish[]): Promise<void>;
  unsubscribe(trackIds: string[]): Promise<void>;
  /** Closes transports, producers and consumers; idempotent. */
  close(): void;
}

export interface SfuRoomEvents {
  trackPublished: [PublishedTrack];
  trackUpdated: [PublishedTrack];
  trackUnpublished: [{ id: string; participantId: string }];
  /** Loudest first, level from 0 to 1; empty when nobody speaks. */
  speakersChanged: [{ participant: string; level: number }[]];
}

/** The media side of one room: its router or routers, its observers, its tracks. */
export interface SfuRoom extends EventEmitter<SfuRoomEvents> {
  /** Creates the media side of a participant; transports come with the first negotiation. */
  createSession(options: { participantId: string; autoSubscribe: boolean }): SfuSession;
  tracksOf(participantId: string): PublishedTrack[];
  /** Closes every session and router; idempotent. */
  close(): void;
}

/** Counts of living objects, for metrics and for the tests that nothing is left. */
export interface SfuCounts {
  workers: number;
  rooms: number;
  routers: number;
  sessions: number;
  transports: number;
  producers: number;
  consumers: number;
}

export interface ListeningPort {
  protocol: 'udp' | 'tcp';
  address: string;
  port: number;
}

/** The worker pool with its rooms. */
export interface Sfu {
  readonly ports: ListeningPort[];
  createRoom(name: string): SfuRoom;
  counts(): SfuCounts;
  /** Process ids of the workers, in order. */
  workerPids(): number[];
  close(): Promise<void>;
}
