import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { RemoteTrack } from '../../client/index.ts';
import type { CallClient } from './call-client.ts';

/** Whether the browser lets a page choose the speaker. */
export const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

/** Plays every remote voice through an audio element of its own, outside of what is rendered. */
export class AudioOutput {
  readonly #host: HTMLElement;
  readonly #elements = new Map<string, HTMLAudioElement>();
  readonly #isBlocked: Signal<boolean> = signal(false);
  readonly #speakerId: ReadonlySignal<string>;
  readonly #endings: (() => void)[];

  constructor(client: CallClient, speakerId: ReadonlySignal<string>) {
    this.#speakerId = speakerId;
    this.#host = document.createElement('div');
    this.#host.hidden = true;
    this.#host.dataset.testid = 'audio-output';
    document.body.append(this.#host);
    this.#endings = [
      client.on('trackSubscribed', (track, mediaTrack) => this.#add(track, mediaTrack)),
      client.on('trackUnsubscribed', (track) => this.#remove(track.id)),
      effect(() => {
        const id = speakerId.value;
        for (const element of this.#elements.values()) this.#applySpeaker(element, id);
      }),
    ];
  }

  /** True while the browser waits for a click before it plays sound. */
  get isBlocked(): ReadonlySignal<boolean> {
    return this.#isBlocked;
  }

  /** To be called from a click: then the browser allows playing. */
  async unblock(): Promise<void> {
    this.#isBlocked.value = false;
    await Promise.all([...this.#elements.values()].map((element) => this.#play(element)));
  }

  close(): void {
    for (const end of this.#endings.splice(0)) end();
    for (const id of [...this.#elements.keys()]) this.#remove(id);
    this.#host.remove();
  }

  #add(track: RemoteTrack, mediaTrack: MediaStreamTrack): void {
    if (track.kind !== 'audio') return;
    this.#remove(track.id);
    const element = document.createElement('audio');
    element.dataset.participant = track.participant.id;
    element.dataset.source = track.source;
    element.srcObject = new MediaStream([mediaTrack]);
    this.#elements.set(track.id, element);
    this.#host.append(element);
    this.#applySpeaker(element, this.#speakerId.peek());
    void this.#play(element);
  }

  #remove(trackId: string): void {
    const element = this.#elements.get(trackId);
    if (element === undefined) return;
    this.#elements.delete(trackId);
    element.srcObject = null;
    element.remove();
  }

  async #play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#isBlocked.value = true;
    }
  }

  /** A speaker that is gone leaves the sound where it is. */
  #applySpeaker(element: HTMLAudioElement, id: string): void {
    if (canChooseSpeaker) element.setSinkId(id).catch(() => undefined);
  }
}
