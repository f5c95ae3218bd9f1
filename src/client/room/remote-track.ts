import type { Metadata, Track, TrackKind, TrackSource } from '../../protocol/models.ts';
import type { RemoteParticipant } from './remote-participant.ts';

/** What the server says about the reception of a track. */
export interface SubscriptionState {
  /** `pending` until the server has said anything; `refused`: this browser accepts no codec that the track has. */
  state: 'pending' | 'active' | 'paused' | 'refused';
  /** Error code, when refused. */
  error?: string;
  /** The layers that arrive; 0 is the smallest. */
  layer?: { spatial: number; temporal: number };
}

/** A track that somebody else publishes. Its fields are kept current by the client. */
export class RemoteTrack {
  readonly id: string;
  readonly kind: TrackKind;
  readonly source: TrackSource;
  readonly codec: string;
  readonly simulcast: boolean;
  readonly metadata: Metadata;
  readonly participant: RemoteParticipant;
  muted: boolean;
  subscription: SubscriptionState = { state: 'pending' };
  /** The received media while the track is subscribed. The browser may reuse the object for another track later. */
  mediaTrack: MediaStreamTrack | undefined;

  constructor(participant: RemoteParticipant, track: Track) {
    this.participant = participant;
    this.id = track.id;
    this.kind = track.kind;
    this.source = track.source;
    this.codec = track.codec;
    this.simulcast = track.simulcast;
    this.metadata = track.metadata ?? {};
    this.muted = track.muted;
  }
}
