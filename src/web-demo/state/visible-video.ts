import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { changedWishes, type VideoWish, videoWish } from '../model/subscription-plan.ts';
import type { CallClient } from './call-client.ts';
import type { StageView, Tile } from './stage-view.ts';

/** Long enough to swallow a window being dragged, short enough not to be noticed when a page is turned. */
const settleMs = 120;

/** Asks the server for the videos that can be seen, at the size they are seen at, and pauses all others. */
export class VisibleVideo {
  readonly #client: CallClient;
  readonly #told = new Map<string, VideoWish>();
  readonly #isPageHidden: Signal<boolean> = signal(document.hidden);
  readonly #pixelRatio: Signal<number> = signal(devicePixelRatio);
  readonly #endings: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: CallClient, stage: StageView) {
    this.#client = client;
    const watchPage = () => {
      this.#isPageHidden.value = document.hidden;
    };
    const watchRatio = () => {
      this.#pixelRatio.value = devicePixelRatio;
    };
    document.addEventListener('visibilitychange', watchPage);
    addEventListener('resize', watchRatio);
    this.#endings.push(
      () => document.removeEventListener('visibilitychange', watchPage),
      () => removeEventListener('resize', watchRatio),
      client.on('stateChanged', (state) => this.#forgetUnlessJoined(state.status)),
      effect(() => this.#askSoon(this.#wishes(stage.tiles, stage.arrangement.value))),
    );
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const end of this.#endings.splice(0)) end();
  }

  /** A session that was joined anew knows none of our wishes. */
  #forgetUnlessJoined(status: string): void {
    if (status !== 'joined') this.#told.clear();
  }

  #wishes(tiles: ReadonlySignal<readonly Tile[]>, layout: StageView['arrangement']['value']): Map<string, VideoWish> {
    const placed = new Map(layout.placed.map((tile) => [tile.id, tile]));
    const wishes = new Map<string, VideoWish>();
    for (const { id, source, video } of tiles.value) {
      if (!video?.trackId || video.refused) continue;
      const place = this.#isPageHidden.value ? undefined : placed.get(id);
      const shown = place ? { ...place.box, isLarge: place.role === 'focus', isCut: source === 'camera' } : null;
      wishes.set(video.trackId, videoWish(shown, this.#pixelRatio.value));
    }
    return wishes;
  }

  #askSoon(wanted: Map<string, VideoWish>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(wanted), settleMs);
  }

  #ask(wanted: Map<string, VideoWish>): void {
    for (const trackId of this.#told.keys()) if (!wanted.has(trackId)) this.#told.delete(trackId);
    for (const [trackId, wish] of changedWishes(this.#told, wanted)) {
      this.#told.set(trackId, wish);
      // A track that ended meanwhile, or a cut connection: the next arrangement asks again.
      this.#client.subscribe(trackId, { ...wish }).catch(() => this.#told.delete(trackId));
    }
  }
}
