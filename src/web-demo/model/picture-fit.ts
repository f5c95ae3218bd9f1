/** More than this share of a picture is not cut off to fill a tile; bars are shown instead. */
const maxCropped = 0.4;

/** Whether a picture fills its tile (a little is cut off) or is shown whole. */
export function pictureFit(pictureAspect: number, tileAspect: number): 'cover' | 'contain' {
  if (!(pictureAspect > 0) || !(tileAspect > 0)) return 'cover';
  const shown = Math.min(pictureAspect, tileAspect) / Math.max(pictureAspect, tileAspect);
  return 1 - shown > maxCropped ? 'contain' : 'cover';
}
