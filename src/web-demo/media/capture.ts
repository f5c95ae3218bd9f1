import { type ReadonlySignal, signal } from '@preact/signals';
import { type MediaProblem, mediaProblem } from '../model/media-problem.ts';

/** Opens a device; the remembered one may be gone, so the default is tried after it. */
export type OpenDevice = () => Promise<MediaStreamTrack>;

/**
 * One captured device: its track, whether it is starting, and what went wrong. A newer `start` or `stop` overtakes an
 * older one that still waits for the permission prompt.
 */
export class Capture {
  readonly #track = signal<MediaStreamTrack | null>(null);
  readonly #starting = signal(false);
  readonly #problem = signal<MediaProblem | null>(null);
  #attempt = 0;

  get track(): ReadonlySignal<MediaStreamTrack | null> {
    return this.#track;
  }

  get starting(): ReadonlySignal<boolean> {
    return this.#starting;
  }

  get problem(): ReadonlySignal<MediaProblem | null> {
    return this.#problem;
  }

  /** Opens the device and gives its track, or null when that failed or was overtaken. */
  async start(open: OpenDevice): Promise<MediaStreamTrack | null> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#starting.value = true;
    this.#problem.value = null;
    try {
      const track = await open();
      return this.#accept(track, attempt);
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(mediaProblem(error));
      return null;
    } finally {
      if (attempt === this.#attempt) this.#starting.value = false;
    }
  }

  stop(): void {
    this.#attempt += 1;
    this.#starting.value = false;
    this.#replace(null);
  }

  clearProblem(): void {
    this.#problem.value = null;
  }

  #accept(track: MediaStreamTrack, attempt: number): MediaStreamTrack | null {
    if (attempt !== this.#attempt) {
      track.stop();
      return null;
    }
    track.addEventListener('ended', () => {
      if (this.#track.value === track) this.#fail('notFound');
    });
    this.#replace(track);
    return track;
  }

  #fail(problem: MediaProblem): void {
    this.#replace(null);
    this.#problem.value = problem;
  }

  #replace(track: MediaStreamTrack | null): void {
    const previous = this.#track.value;
    this.#track.value = track;
    if (previous !== track) previous?.stop();
  }
}
