/** How a video track is wanted; sizes in device pixels. */
export interface VideoWish {
  readonly paused: boolean;
  readonly width: number;
  readonly height: number;
  readonly priority: number;
}

export interface ShownVideo {
  readonly width: number;
  readonly height: number;
  readonly isLarge: boolean;
}

/** Sizes are rounded up to this, so that a window being dragged does not ask for something new at every pixel. */
const sizeStep = 16;
const largePriority = 220;
const smallPriority = 100;
const hiddenWish: VideoWish = { paused: true, width: sizeStep, height: sizeStep, priority: 1 };

const toDevicePixels = (length: number, ratio: number) =>
  Math.max(sizeStep, Math.ceil((length * ratio) / sizeStep) * sizeStep);

/** The wish for a track that is shown at a size in CSS pixels, or that is not shown at all. */
export function videoWish(shown: ShownVideo | null, pixelRatio: number): VideoWish {
  if (shown === null) return hiddenWish;
  return {
    paused: false,
    width: toDevicePixels(shown.width, pixelRatio),
    height: toDevicePixels(shown.height, pixelRatio),
    priority: shown.isLarge ? largePriority : smallPriority,
  };
}

const isSame = (a: VideoWish | undefined, b: VideoWish) =>
  a !== undefined &&
  a.paused === b.paused &&
  (a.paused || (a.width === b.width && a.height === b.height && a.priority === b.priority));

/** The wishes that differ from what the server was told before. */
export function changedWishes(
  told: ReadonlyMap<string, VideoWish>,
  wanted: ReadonlyMap<string, VideoWish>,
): Map<string, VideoWish> {
  return new Map([...wanted].filter(([trackId, wish]) => !isSame(told.get(trackId), wish)));
}
