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
  /** The picture is cut to fill its tile, so that the whole of it is larger than the tile. */
  readonly isCut: boolean;
}

/** Sizes are rounded up to this, so that a window being dragged does not ask for something new at every pixel. */
const sizeStep = 16;
const largePriority = 220;
const smallPriority = 100;
const hiddenWish: VideoWish = { paused: true, width: sizeStep, height: sizeStep, priority: 1 };

/** The protocol takes no more; no layer is as large anyway. */
const maxPixels = 8192;

const toDevicePixels = (length: number, ratio: number) =>
  Math.min(maxPixels, Math.max(sizeStep, Math.ceil((length * ratio) / sizeStep) * sizeStep));

const cameraAspect = 16 / 9;

/** The size of the whole picture, of which the tile shows a part. */
function pictureSize({ width, height, isCut }: ShownVideo): { width: number; height: number } {
  if (!isCut) return { width, height };
  const wide = Math.max(width, height * cameraAspect);
  return { width: wide, height: wide / cameraAspect };
}

/** The wish for a track that is shown at a size in CSS pixels, or that is not shown at all. */
export function videoWish(shown: ShownVideo | null, pixelRatio: number): VideoWish {
  if (shown === null) return hiddenWish;
  const picture = pictureSize(shown);
  return {
    paused: false,
    width: toDevicePixels(picture.width, pixelRatio),
    height: toDevicePixels(picture.height, pixelRatio),
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
