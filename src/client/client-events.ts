import type { DisconnectAction } from '../protocol/error-codes.ts';
import type { EventParams } from '../protocol/events.ts';
import type { ServerConnection, WaitingParticipant } from '../protocol/models.ts';
import type { ClientErrorCode } from './client-error.ts';
import type { LocalTrack } from './media/local-track.ts';
import type { RemoteParticipant } from './room/remote-participant.ts';
import type { RemoteTrack } from './room/remote-track.ts';

/** Where the client stands. */
export type ClientState =
  | { status: 'idle' }
  | { status: 'connecting' }
  /** A moderator has to let this session in; `join` resolves then. */
  | { status: 'waiting' }
  | { status: 'joined' }
  /** The connection was lost and is being restored by itself; media may go on meanwhile. */
  | { status: 'reconnecting'; attempt: number; code: ClientErrorCode }
  /** The session is over. `action` says what the server recommends; `join` may be called again. */
  | {
      status: 'disconnected';
      code: ClientErrorCode;
      message: string;
      action: DisconnectAction;
      retryAfterMs?: number;
    };

export type MediaState = 'new' | 'connecting' | 'connected' | 'failed';

export type LeaveReason = EventParams<'participantLeft'>['reason'];

export interface Speaker {
  /** May be the own id. */
  participantId: string;
  /** 1 is full scale. */
  level: number;
}

export interface Quality {
  participantId: string;
  /** 0 is lost, 10 is perfect. */
  score: number;
  /** `send` only for oneself: one's media on its way to the server. */
  direction: 'send' | 'receive';
}

export interface ReceivedMessage {
  /** The sender's participant id. */
  from: string;
  /** True when it was sent to nobody else. */
  direct: boolean;
  type: string;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
  body: unknown;
  /** The sender's id of the message, when it gave one. */
  id?: string;
  /** Identity of the sender, who may have left; of acknowledged messages and of history. */
  fromUser?: string;
  /** Present on acknowledged messages, for `markRead`. */
  ordinal?: number;
  /** From before the join. */
  history?: boolean;
}

/** What became of an acknowledged message with one user. */
export interface ReceivedReceipt {
  /** Id of the message. */
  id: string;
  /** Identity of the user it was for. */
  by: string;
  status: 'delivered' | 'read' | 'expired';
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
}

export interface ReceivedDescription {
  from: string;
  sdp: string;
}

export interface ReceivedCandidate {
  from: string;
  /** Unchecked, as the other participant wrote it. */
  candidate: unknown;
}

/** Everything that the client tells, as facts in the past tense. */
export interface ClientEvents {
  stateChanged: [state: ClientState, previous: ClientState];
  /** Not sent for those whom `join` finds in the room: they are in `participants` when it resolves. */
  participantJoined: [participant: RemoteParticipant];
  participantUpdated: [participant: RemoteParticipant];
  /** Their tracks have been reported as unpublished before. */
  participantLeft: [participant: RemoteParticipant, reason: LeaveReason];
  trackPublished: [track: RemoteTrack];
  /** Muted or unmuted. */
  trackUpdated: [track: RemoteTrack];
  trackUnpublished: [track: RemoteTrack];
  /** Media of the track arrives; `track.mediaTrack` is set. */
  trackSubscribed: [track: RemoteTrack, mediaTrack: MediaStreamTrack];
  /** `track.mediaTrack` is gone, to be removed from the page. */
  trackUnsubscribed: [track: RemoteTrack];
  /** `track.subscription` says which layers arrive, or why nothing does. */
  subscriptionChanged: [track: RemoteTrack];
  /** Loudest first; empty when nobody speaks. */
  speakersChanged: [speakers: Speaker[]];
  qualityChanged: [quality: Quality[]];
  messageReceived: [message: ReceivedMessage];
  receiptReceived: [receipt: ReceivedReceipt];
  /** An own track is known to the room, also again after a rejoin (with another id). */
  localTrackPublished: [track: LocalTrack];
  /** An own track ended, by `unpublish` or by the server. */
  localTrackUnpublished: [track: LocalTrack];
  /** A moderator has muted an own track; `unmute` is allowed. */
  localTrackMuted: [track: LocalTrack];
  /** The device behind an own track has gone, or the person ended the screen share. It is still published. */
  localTrackEnded: [track: LocalTrack];
  /** Another access token is in force: `grants` and `accessExpiresAt` may have changed. */
  accessRenewed: [];
  /** The server will stop: until `deadline` (milliseconds since 1970, by its clock) the call may go on. */
  drainAnnounced: [deadline: number];
  /** The room was locked or unlocked, its waiting room or a recording began or ended; only what changed is present. */
  roomUpdated: [changes: EventParams<'roomUpdated'>];
  /** Somebody waits to be admitted; told to moderators. */
  participantWaiting: [participant: WaitingParticipant];
  /** Somebody waits no longer; told to moderators. */
  waitingEnded: [participantId: string, outcome: EventParams<'waitingEnded'>['outcome']];
  mediaStateChanged: [connection: ServerConnection, state: MediaState];
  offerReceived: [offer: ReceivedDescription];
  answerReceived: [answer: ReceivedDescription];
  candidateReceived: [candidate: ReceivedCandidate];
}
