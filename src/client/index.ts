/** The client for browsers, and for Node as far as no media is needed. Everything an application may use is here. */

import './session/without-eval.ts';

export type { DisconnectAction, ErrorCode } from '../protocol/error-codes.ts';
export type { Grants } from '../protocol/grants.ts';
export type {
  AnnouncedLimits,
  IceServer,
  Metadata,
  Participant,
  ServerConnection,
  Track,
  TrackKind,
  TrackSource,
  WaitingParticipant,
} from '../protocol/models.ts';
export { type ClientErrorCode, CrosspointClientError, type LocalErrorCode } from './client-error.ts';
export type {
  ClientEvents,
  ClientState,
  LeaveReason,
  MediaState,
  Quality,
  ReceivedCandidate,
  ReceivedDescription,
  ReceivedMessage,
  ReceivedReceipt,
  Speaker,
} from './client-events.ts';
export { CrosspointClient, type JoinedRoom, type RoomInfo } from './crosspoint-client.ts';
export { LocalTrack } from './media/local-track.ts';
export type { ClientStats, ConnectionStats, LayerStats, TrackStats } from './media/track-stats.ts';
export type {
  ClientLogger,
  ClientOptions,
  JoinOptions,
  MessageOptions,
  PostedMessage,
  PublishOptions,
  ReconnectOptions,
  SelfUpdate,
  SubscribeOptions,
} from './options.ts';
export type { FrameEncoding } from './platform.ts';
export { RemoteParticipant } from './room/remote-participant.ts';
export { RemoteTrack, type SubscriptionState } from './room/remote-track.ts';
export type { Self } from './room/room-state.ts';
