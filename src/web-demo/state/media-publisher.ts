import { effect, type ReadonlySignal } from '@preact/signals';
import type { LocalTrack, PublishOptions } from '../../client/index.ts';
import type { CallClient } from './call-client.ts';
import type { LocalMedia } from './local-media.ts';
import { preferences } from './preferences.ts';
import { PublishedSource } from './published-source.ts';

const microphoneOptions = (): PublishOptions => ({ source: 'microphone' });
const cameraOptions = (): PublishOptions => ({ source: 'camera', contentHint: 'motion' });
const screenOptions = (): PublishOptions => ({ source: 'screen', contentHint: 'detail', simulcast: false });
const screenAudioOptions = (): PublishOptions => ({ source: 'screenAudio' });

/** Publishes what is captured for as long as the call lasts. */
export class MediaPublisher {
  readonly #client: CallClient;
  readonly #media: LocalMedia;
  readonly #onError: (error: unknown) => void;
  readonly #endings: (() => void)[];
  readonly #sources: PublishedSource[] = [];
  readonly #shared = new Set<Promise<LocalTrack>>();

  constructor(client: CallClient, media: LocalMedia, onError: (error: unknown) => void) {
    this.#client = client;
    this.#media = media;
    this.#onError = onError;
    this.#endings = [
      this.#keepPublished(media.microphone.track, preferences.microphoneOn, microphoneOptions),
      this.#keepPublished(media.camera.track, preferences.cameraOn, cameraOptions),
      this.#keepShared(media.screen.track, screenOptions),
      this.#keepShared(media.screenAudio.track, screenAudioOptions),
      client.on('localTrackUnpublished', (track) => {
        for (const source of this.#sources) source.forget(track);
      }),
      client.on('localTrackEnded', (track) => {
        if (track.source === 'screen') media.stopScreen();
      }),
    ];
  }

  close(): void {
    for (const end of this.#endings.splice(0)) end();
    for (const source of this.#sources) source.close();
  }

  /** Microphone and camera stay published once they were; off means muted. */
  #keepPublished(
    track: ReadonlySignal<MediaStreamTrack | null>,
    isOn: ReadonlySignal<boolean>,
    publishOptions: () => PublishOptions,
  ): () => void {
    const source = new PublishedSource({ client: this.#client, publishOptions, onError: this.#onError });
    this.#sources.push(source);
    return effect(() => source.desire({ mediaTrack: track.value, isOn: isOn.value }));
  }

  /** A shared screen is published when it starts and gone when it stops. */
  #keepShared(track: ReadonlySignal<MediaStreamTrack | null>, publishOptions: () => PublishOptions): () => void {
    return effect(() => {
      const mediaTrack = track.value;
      if (mediaTrack === null) return;
      const published = this.#client.publish(mediaTrack, publishOptions());
      this.#shared.add(published);
      published.catch((error: unknown) => {
        this.#media.stopScreen();
        this.#onError(error);
      });
      return () => void this.#unshare(published);
    });
  }

  async #unshare(published: Promise<LocalTrack>): Promise<void> {
    this.#shared.delete(published);
    try {
      await (await published).unpublish();
    } catch {
      // It was never published, or the call is over.
    }
  }
}
