import type { Lease } from './piping.ts';
import type { RoomNode } from './room-node.ts';
import type { RoomTrack, TrackChange } from './room-track.ts';

/** What a session may ask of its room. */
export interface MediaRoom {
  readonly tracks: ReadonlyMap<string, RoomTrack>;
  /** The node that serves this member from now on, until it leaves it; throws `mediaUnavailable`. */
  enterNode(member: object): Promise<RoomNode>;
  leaveNode(member: object): void;
  /** Resolves when a worker is there again; rejects when the SFU closes. */
  whenAvailable(): Promise<void>;
  /** Tells everybody of tracks whose producers live. */
  addTracks(tracks: RoomTrack[]): void;
  /** Takes what the publisher says anew about its track. */
  updateTrack(track: RoomTrack, change: TrackChange): Promise<void>;
  /** Tells everybody that tracks have ended; nothing happens for one that had before. */
  removeTracks(tracks: RoomTrack[]): void;
  lease(track: RoomTrack, node: RoomNode): Promise<Lease>;
}
