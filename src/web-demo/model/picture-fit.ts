/**
 * How much of a picture may be cut off to fill a tile. A wide picture has the face in its middle and little at its
 * sides; in an upright one the head reaches near the top.
 */
const maxCroppedSides = 0.72;
const maxCroppedHeight = 0.45;

/** Whether a picture fills its tile (a part is cut off) or is shown whole. */
export function pictureFit(pictureAspect: number, tileAspect: number): 'cover' | 'contain' {
  if (!(pictureAspect > 0) || !(tileAspect > 0)) return 'cover';
  const cropped = 1 - Math.min(pictureAspect, tileAspect) / Math.max(pictureAspect, tileAspect);
  const maxCropped = pictureAspect > tileAspect ? maxCroppedSides : maxCroppedHeight;
  return cropped > maxCropped ? 'contain' : 'cover';
}
