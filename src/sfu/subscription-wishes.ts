import type { RoomTrack } from './room-track.ts';
import type { SubscriptionWish } from './types.ts';

/** How a track is wanted, without its id. */
export type Wish = Omit<SubscriptionWish, 'track'>;

export interface WantedTrack<Track = RoomTrack> {
  track: Track;
  wish: Wish;
}

/** One object for all, so that an update sees at once that nothing has changed. */
const noParticularWish: Wish = {};

/** Which tracks a client wants, and how: all of them with `auto`, only the named ones without. */
export class SubscriptionWishes<Track extends { id: string; participantId: string } = RoomTrack> {
  readonly #auto: boolean;
  readonly #wishes = new Map<string, Wish>();
  readonly #unwanted = new Set<string>();
  /** Tracks that the client cannot receive, or that exceed what it may. */
  readonly #refused = new Set<string>();

  constructor(options: { auto: boolean }) {
    this.#auto = options.auto;
  }

  /** A wish replaces the earlier one as a whole. */
  want({ track, ...wish }: SubscriptionWish): void {
    this.#wishes.set(track, wish);
    this.#unwanted.delete(track);
  }

  unwant(trackId: string): void {
    this.#wishes.delete(trackId);
    this.#unwanted.add(trackId);
  }

  refuse(trackId: string): void {
    this.#refused.add(trackId);
  }

  /** Forgets what tracks that have ended were wanted for. */
  prune(tracks: ReadonlyMap<string, unknown>): void {
    for (const known of [this.#wishes, this.#unwanted, this.#refused]) {
      for (const id of known.keys()) if (!tracks.has(id)) known.delete(id);
    }
  }

  /** What to receive of these tracks; never the participant's own. */
  select(tracks: Iterable<Track>, participantId: string): WantedTrack<Track>[] {
    const wanted: WantedTrack<Track>[] = [];
    for (const track of tracks) {
      const wish = this.#wishes.get(track.id) ?? (this.#auto ? noParticularWish : undefined);
      const excluded = this.#unwanted.has(track.id) || this.#refused.has(track.id);
      if (wish && !excluded && track.participantId !== participantId) wanted.push({ track, wish });
    }
    return wanted;
  }
}
