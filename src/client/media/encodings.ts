import type { TrackKind, TrackSource } from '../../protocol/models.ts';
import type { PublishOptions } from '../options.ts';

/** What the encodings depend on. */
interface Capture {
  kind: TrackKind;
  source: TrackSource;
  width?: number | undefined;
  height?: number | undefined;
}

/** Bits per second that a picture of so many pixels is worth at 30 frames a second, with VP8 or H264. */
const videoBitrates: [pixels: number, bitrate: number][] = [
  [1920 * 1080, 3_000_000],
  [1280 * 720, 1_700_000],
  [960 * 540, 1_000_000],
  [640 * 360, 600_000],
  [480 * 270, 350_000],
  [320 * 180, 180_000],
  [0, 110_000],
];
/** Text has to stay readable; a still page costs next to nothing anyway. */
const screenBitrate = 2_500_000;
const microphoneBitrate = 40_000;
const musicBitrate = 128_000;

/** Where a browser does not tell the size yet. */
const assumedSize = { width: 1280, height: 720 };

/**
 * Chromium encodes as many simulcast layers as the size allows and no more: three from 960x540, two from 480x270. The
 * same is right for browsers that would encode three of any size, so everybody offers what can be sent.
 */
const layerSteps: [pixels: number, scales: { rid: string; scale: number }[]][] = [
  [
    960 * 540,
    [
      { rid: 'q', scale: 4 },
      { rid: 'h', scale: 2 },
      { rid: 'f', scale: 1 },
    ],
  ],
  [
    480 * 270,
    [
      { rid: 'h', scale: 2 },
      { rid: 'f', scale: 1 },
    ],
  ],
];

/** The encodings of a track in rising quality; one without a rid where simulcast is not wanted or makes no sense. */
export function chooseEncodings(capture: Capture, options: PublishOptions): RTCRtpEncodingParameters[] {
  if (Array.isArray(options.simulcast)) return options.simulcast;
  if (capture.kind === 'audio') return [audioEncoding(capture, options)];
  const simulcast = (options.simulcast ?? capture.source === 'camera') && !prefersSvc(options);
  const scales = simulcast ? scalesFor(pixelsOf(capture)) : [];
  if (scales.length === 0) return [{ maxBitrate: options.maxBitrate ?? videoBitrate(capture, pixelsOf(capture)) }];
  return scales.map(({ rid, scale }) => simulcastEncoding(capture, options, { rid, scale }));
}

function simulcastEncoding(
  capture: Capture,
  { maxBitrate }: PublishOptions,
  { rid, scale }: { rid: string; scale: number },
): RTCRtpEncodingParameters {
  const usual = videoBitrate(capture, pixelsOf(capture) / scale ** 2);
  const bitrate = scale === 1 ? (maxBitrate ?? usual) : usual;
  return { rid, active: true, scaleResolutionDownBy: scale, maxBitrate: bitrate };
}

function audioEncoding({ source }: Capture, { maxBitrate, stereo }: PublishOptions): RTCRtpEncodingParameters {
  const usual = source === 'screenAudio' || stereo ? musicBitrate : microphoneBitrate;
  return { maxBitrate: maxBitrate ?? usual, networkPriority: 'high', priority: 'high' };
}

/** Codecs whose layers go into one stream instead of several; the server takes no rids with them. */
function prefersSvc({ codecs }: PublishOptions): boolean {
  return /^video\/(vp9|av1)$/i.test(codecs?.[0] ?? '');
}

function scalesFor(pixels: number): { rid: string; scale: number }[] {
  return layerSteps.find(([least]) => pixels >= least)?.[1] ?? [];
}

function videoBitrate({ source }: Capture, pixels: number): number {
  if (source === 'screen') return screenBitrate;
  return videoBitrates.find(([least]) => pixels >= least)?.[1] ?? 110_000;
}

function pixelsOf({ width, height }: Capture): number {
  return (width ?? assumedSize.width) * (height ?? assumedSize.height);
}
