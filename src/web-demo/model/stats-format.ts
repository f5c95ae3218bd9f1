/** A dash stands for what is not known. */
const unknownFigure = '–';

const known = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);

/** Bits per second as people read them: `850 bit/s`, `64 kbit/s`, `1.3 Mbit/s`. */
export function formatBitrate(bitsPerSecond: number | undefined): string {
  if (!known(bitsPerSecond)) return unknownFigure;
  if (bitsPerSecond < 1000) return `${Math.round(bitsPerSecond)} bit/s`;
  if (bitsPerSecond < 999_500) return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
  return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
}

/** A share between 0 and 1 as percent, with a decimal where it matters. */
export function formatPercent(share: number | undefined): string {
  if (!known(share)) return unknownFigure;
  const percent = Math.max(0, share) * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

export function formatMilliseconds(milliseconds: number | undefined): string {
  if (!known(milliseconds)) return unknownFigure;
  return `${milliseconds > 0 && milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

export function formatResolution(width: number | undefined, height: number | undefined): string {
  return known(width) && known(height) && width > 0 ? `${width}×${height}` : unknownFigure;
}

export function formatFps(fps: number | undefined): string {
  return known(fps) ? String(Math.round(fps)) : unknownFigure;
}

/** `video/VP8` as `VP8`. */
export function formatCodec(mimeType: string | undefined): string {
  return mimeType?.split('/').at(-1) || unknownFigure;
}

export function formatLayer(layer: { spatial: number; temporal: number } | undefined): string {
  return layer === undefined ? unknownFigure : `S${layer.spatial} T${layer.temporal}`;
}
