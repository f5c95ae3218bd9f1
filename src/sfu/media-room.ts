import type { Lease } from './piping.ts';
import type { RoomNode } from './room-node.ts';
import type { RoomTrack } from './room-track.ts';

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
  updateTrack(track: RoomTrack, change: Parameters<RoomTrack['update']>[0]): Promise<void>;
  /** Closes the producer and tells everybody; nothing happens for a track that has ended. */
  removeTracks(tracks: RoomTrack[]): void;
  lease(track: RoomTrack, node: RoomNode): Promise<Lease>;
}
