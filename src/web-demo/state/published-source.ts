import type { LocalTrack, PublishOptions } from '../../client/index.ts';
import type { CallClient } from './call-client.ts';

/** What should be sent: a captured track, or none, and whether it is to be seen or heard. */
export interface Desired {
  readonly mediaTrack: MediaStreamTrack | null;
  readonly isOn: boolean;
}

export interface PublishedSourceOptions {
  readonly client: CallClient;
  readonly publishOptions: (mediaTrack: MediaStreamTrack) => PublishOptions;
  readonly onError: (error: unknown) => void;
}

/**
 * Brings what is published in line with what is desired, one step at a time. Toggling faster than the server answers
 * therefore ends in the state that was asked for last.
 */
export class PublishedSource {
  readonly #options: PublishedSourceOptions;
  #desired: Desired = { mediaTrack: null, isOn: false };
  #published: LocalTrack | null = null;
  #isRunning = false;
  #isClosed = false;

  constructor(options: PublishedSourceOptions) {
    this.#options = options;
  }

  desire(desired: Desired): void {
    this.#desired = desired;
    if (!this.#isRunning) void this.#run();
  }

  /** The next step publishes anew, for instance after the server ended the track. */
  forget(track: LocalTrack): void {
    if (this.#published === track) this.#published = null;
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (!this.#isClosed && (await this.#step()));
    } catch (error) {
      if (!this.#isClosed) this.#options.onError(error);
    } finally {
      this.#isRunning = false;
    }
  }

  /** Takes one step towards what is desired and tells whether there was one to take. */
  async #step(): Promise<boolean> {
    const next = this.#nextStep();
    await next?.();
    return next !== null;
  }

  #nextStep(): (() => Promise<void>) | null {
    const { mediaTrack, isOn } = this.#desired;
    const published = this.#published?.live ? this.#published : null;
    if (published === null) return mediaTrack && (() => this.#publish(mediaTrack, !isOn));
    const shouldSend = isOn && mediaTrack !== null;
    if (!shouldSend && !published.muted) return () => published.mute();
    if (mediaTrack !== null && published.mediaTrack !== mediaTrack) return () => published.replace(mediaTrack);
    return shouldSend && published.muted ? () => published.unmute() : null;
  }

  async #publish(mediaTrack: MediaStreamTrack, muted: boolean): Promise<void> {
    const { client, publishOptions } = this.#options;
    this.#published = await client.publish(mediaTrack, { ...publishOptions(mediaTrack), muted });
  }
}
