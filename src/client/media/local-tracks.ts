import { CrosspointClientError } from '../client-error.ts';
import type { ClientEvents } from '../client-events.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { PublishOptions } from '../options.ts';
import { LocalTrack, type LocalTrackOwner } from './local-track.ts';
import type { MediaContext } from './media-context.ts';
import { PublishConnection } from './publish-connection.ts';

/**
 * When a media worker dies the server first ends the tracks that were on it, then asks for them anew: the two events come
 * in one turn of its loop, and a track is not over before that turn is.
 */
const renegotiateGraceMs = 500;

interface Pending {
  resolve: (track: LocalTrack) => void;
  reject: (error: CrosspointClientError) => void;
}

/** The tracks of this client and the promises and events about them; the connection below only negotiates. */
export class LocalTracks implements LocalTrackOwner {
  readonly tracks = new Set<LocalTrack>();
  readonly connection: PublishConnection;
  readonly #context: MediaContext;
  readonly #emitter: EventEmitter<ClientEvents>;
  readonly #pending = new Map<LocalTrack, Pending>();
  /** Muted or unmuted while the server did not know the track yet. */
  readonly #muteUntold = new Set<LocalTrack>();
  /** Ended by the server, unless it asks for all tracks anew in a moment. */
  readonly #ending = new Map<LocalTrack, ReturnType<typeof setTimeout>>();

  constructor(context: MediaContext, emitter: EventEmitter<ClientEvents>) {
    this.#context = context;
    this.#emitter = emitter;
    this.connection = new PublishConnection({
      context,
      onPublished: (track, id) => this.#handlePublished(track, id),
      onRefused: (track, error) => this.#end(track, error),
    });
  }

  /** The track that a section carries, or whose media this is. */
  find(mediaTrackId: string | undefined, mid: string | undefined): LocalTrack | undefined {
    const carried = mid === undefined ? undefined : this.connection.trackAt(mid);
    return carried ?? [...this.tracks].find(({ mediaTrack }) => mediaTrack.id === mediaTrackId);
  }

  publish(mediaTrack: MediaStreamTrack, options: PublishOptions): Promise<LocalTrack> {
    if ([...this.tracks].some((track) => track.mediaTrack === mediaTrack)) {
      const message = 'This MediaStreamTrack is published already.';
      return Promise.reject(new CrosspointClientError('invalidState', { message }));
    }
    const track = new LocalTrack(this, mediaTrack, options);
    this.#adopt(track);
    this.tracks.add(track);
    return new Promise((resolve, reject) => {
      this.#pending.set(track, { resolve, reject });
      this.connection.add(track);
    });
  }

  async setMuted(track: LocalTrack, muted: boolean): Promise<void> {
    requireLive(track);
    track.muted = muted;
    track.mediaTrack.enabled = !muted;
    await this.connection.applyMedia(track);
    if (track.id === undefined) this.#muteUntold.add(track);
    else await this.#askAbout(track, this.#context.request('mute', { track: track.id, muted }));
  }

  async replace(track: LocalTrack, mediaTrack: MediaStreamTrack): Promise<void> {
    requireLive(track);
    if (mediaTrack.kind !== track.kind) {
      throw new CrosspointClientError('invalidState', { message: 'A track can only be replaced by one of its kind.' });
    }
    track.mediaTrack = mediaTrack;
    this.#adopt(track);
    await this.connection.applyMedia(track);
  }

  async unpublish(track: LocalTrack): Promise<void> {
    if (!track.live) return;
    const { id } = track;
    const told =
      id === undefined ? undefined : this.#askAbout(track, this.#context.request('unpublish', { track: id }));
    this.#end(track, new CrosspointClientError('left', { message: 'The track was unpublished.' }));
    await told;
  }

  /** Follows a moderator who has muted an own track; tells whether it was one. */
  handleMuted(trackId: string, muted: boolean): boolean {
    const track = [...this.tracks].find(({ id }) => id === trackId);
    if (!track) return false;
    track.muted = muted;
    track.mediaTrack.enabled = !muted;
    void this.connection.applyMedia(track);
    this.#emitter.emit('localTrackMuted', track);
    return true;
  }

  /** Tells whether the track was an own one, which the server has ended. */
  handleUnpublished(trackId: string): boolean {
    const track = [...this.tracks].find(({ id }) => id === trackId);
    if (!track) return false;
    track.id = undefined;
    const end = () => this.#end(track, new CrosspointClientError('trackNotFound', { message: 'Ended by the server.' }));
    this.#ending.set(track, setTimeout(end, renegotiateGraceMs));
    return true;
  }

  /** Offers every track again on a new connection; the objects stay, their ids change. */
  publishAnew(): void {
    for (const timer of this.#ending.values()) clearTimeout(timer);
    this.#ending.clear();
    this.connection.rebuild();
  }

  close(): void {
    const left = new CrosspointClientError('left');
    for (const track of [...this.tracks]) this.#end(track, left);
    this.connection.close();
  }

  #adopt(track: LocalTrack): void {
    const { mediaTrack, options } = track;
    mediaTrack.enabled = !track.muted;
    if (options.contentHint !== undefined) mediaTrack.contentHint = options.contentHint;
    const handleEnded = () => {
      if (track.live && track.mediaTrack === mediaTrack) this.#emitter.emit('localTrackEnded', track);
    };
    mediaTrack.addEventListener('ended', handleEnded, { once: true });
  }

  #handlePublished(track: LocalTrack, id: string): void {
    track.id = id;
    const { muted } = track;
    if (muted) void this.connection.applyMedia(track);
    if (this.#muteUntold.delete(track)) this.#tellMuted(track, id);
    this.#emitter.emit('localTrackPublished', track);
    this.#pending.get(track)?.resolve(track);
    this.#pending.delete(track);
  }

  #tellMuted(track: LocalTrack, id: string): void {
    const told = this.#askAbout(track, this.#context.request('mute', { track: id, muted: track.muted }));
    told.catch((error) => this.#context.logger.warn('a track could not be muted', { error: String(error) }));
  }

  #end(track: LocalTrack, error: CrosspointClientError): void {
    if (!track.live) return;
    track.live = false;
    track.id = undefined;
    this.tracks.delete(track);
    this.#muteUntold.delete(track);
    clearTimeout(this.#ending.get(track));
    this.#ending.delete(track);
    void this.connection.remove(track);
    const pending = this.#pending.get(track);
    this.#pending.delete(track);
    if (pending) pending.reject(error);
    else this.#emitter.emit('localTrackUnpublished', track);
  }

  /** A request about a track's id is void when the id has changed meanwhile: the new offer has said it all. */
  async #askAbout(track: LocalTrack, request: Promise<unknown>): Promise<void> {
    const { id } = track;
    try {
      await request;
    } catch (error) {
      if (track.live && track.id === id) throw error;
    }
  }
}

function requireLive(track: LocalTrack): void {
  if (!track.live) throw new CrosspointClientError('invalidState', { message: 'The track is not published any more.' });
}
