import type { Metadata, TrackKind, TrackSource } from '../../protocol/models.ts';
import type { PublishOptions } from '../options.ts';

/** What a local track asks of its owner. */
export interface LocalTrackOwner {
  setMuted(track: LocalTrack, muted: boolean): Promise<void>;
  replace(track: LocalTrack, mediaTrack: MediaStreamTrack): Promise<void>;
  unpublish(track: LocalTrack): Promise<void>;
}

/** A track that this client publishes. It stays the same object across reconnections, though its id may change. */
export class LocalTrack {
  readonly kind: TrackKind;
  readonly source: TrackSource;
  readonly metadata: Metadata;
  readonly options: PublishOptions;
  readonly #owner: LocalTrackOwner;
  /** The server's id; undefined while it is not published. */
  id: string | undefined;
  mediaTrack: MediaStreamTrack;
  muted: boolean;
  /** False after `unpublish`. */
  live = true;

  constructor(owner: LocalTrackOwner, mediaTrack: MediaStreamTrack, options: PublishOptions) {
    this.#owner = owner;
    this.mediaTrack = mediaTrack;
    this.kind = mediaTrack.kind === 'audio' ? 'audio' : 'video';
    this.source = options.source ?? (this.kind === 'audio' ? 'microphone' : 'camera');
    this.metadata = options.metadata ?? {};
    this.options = options;
    this.muted = options.muted ?? false;
  }

  /** Sends nothing from now on and tells the room. The device stays open; stop it and `replace` it later to free it. */
  mute(): Promise<void> {
    return this.#owner.setMuted(this, true);
  }

  unmute(): Promise<void> {
    return this.#owner.setMuted(this, false);
  }

  /** Sends another MediaStreamTrack of the same kind instead, without the room noticing more than the new picture. */
  replace(mediaTrack: MediaStreamTrack): Promise<void> {
    return this.#owner.replace(this, mediaTrack);
  }

  /** Ends the track for everyone. The MediaStreamTrack is left to the application, which may stop it. */
  unpublish(): Promise<void> {
    return this.#owner.unpublish(this);
  }
}
