import type { RemoteParticipant, TrackSource } from '../../client/index.ts';

/** A video as a tile shows it. */
export interface PersonVideo {
  /** Null for our own. */
  readonly trackId: string | null;
  readonly mediaTrack: MediaStreamTrack | null;
  readonly muted: boolean;
  /** This browser accepts no codec that the track has. */
  readonly refused: boolean;
}

/** Somebody in the call, ourselves included, as the page shows them: a snapshot that never changes. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly isSelf: boolean;
  readonly joinedAt: number;
  readonly isReconnecting: boolean;
  readonly microphoneOn: boolean;
  readonly camera: PersonVideo | null;
  readonly screen: PersonVideo | null;
}

function videoOf(participant: RemoteParticipant, source: TrackSource): PersonVideo | null {
  const track = participant.trackOf(source);
  if (track === undefined) return null;
  return {
    trackId: track.id,
    mediaTrack: track.mediaTrack ?? null,
    muted: track.muted,
    refused: track.subscription.state === 'refused',
  };
}

export function remotePerson(participant: RemoteParticipant): Person {
  return {
    id: participant.id,
    name: participant.name,
    isSelf: false,
    joinedAt: participant.joinedAt,
    isReconnecting: participant.state === 'reconnecting',
    microphoneOn: participant.trackOf('microphone')?.muted === false,
    camera: videoOf(participant, 'camera'),
    screen: videoOf(participant, 'screen'),
  };
}

/** Our own video, shown from the device itself. */
export function ownVideo(mediaTrack: MediaStreamTrack | null): PersonVideo | null {
  return mediaTrack === null ? null : { trackId: null, mediaTrack, muted: false, refused: false };
}
