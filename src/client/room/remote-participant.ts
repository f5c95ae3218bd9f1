import type { Metadata, Participant, TrackSource } from '../../protocol/models.ts';
import { RemoteTrack } from './remote-track.ts';

/** Somebody else in the room. Its fields are kept current by the client. */
export class RemoteParticipant {
  readonly id: string;
  name: string;
  metadata: Metadata;
  /** `reconnecting` while the server waits for the participant to come back. */
  state: Participant['state'];
  /** Milliseconds since 1970, by the server's clock. */
  readonly joinedAt: number;
  readonly tracks = new Map<string, RemoteTrack>();

  constructor(participant: Participant) {
    this.id = participant.id;
    this.name = participant.name;
    this.metadata = participant.metadata;
    this.state = participant.state;
    this.joinedAt = participant.joinedAt;
    for (const track of participant.tracks) this.tracks.set(track.id, new RemoteTrack(this, track));
  }

  /** The first track of a source, for instance the camera. */
  trackOf(source: TrackSource): RemoteTrack | undefined {
    for (const track of this.tracks.values()) if (track.source === source) return track;
    return undefined;
  }
}
