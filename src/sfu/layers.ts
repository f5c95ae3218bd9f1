import type { TrackSource } from './types.ts';

/** What a publisher sends, as far as the server can know it. */
export interface PublishedLayers {
  source: TrackSource;
  /** Simulcast encodings, each half the width and height of the next; 1 without simulcast. */
  spatialLayers: number;
  temporalLayers: number;
  /** Of the best layer, where the publisher tells it. */
  size?: { width: number; height: number } | undefined;
}

/** Device pixels of the tile that shows it. */
export interface ShownSize {
  width?: number;
  height?: number;
}

export interface Layers {
  spatialLayer: number;
  temporalLayer: number;
}

/**
 * Neither SDP nor mediasoup tells the resolution of a track. Where the publisher does not either, it is taken to be what
 * capture usually gives with that many layers: browsers send three only from 960x540 on.
 */
const usualCamera = { two: 640 * 360, more: 1280 * 720 };
const usualScreen = 1920 * 1080;

function bestPixels({ source, spatialLayers, size }: PublishedLayers): number {
  if (size) return size.width * size.height;
  if (source === 'screen') return usualScreen;
  return spatialLayers <= 2 ? usualCamera.two : usualCamera.more;
}

/** A layer may be stretched to this share of the shown pixels: 0.6 is a factor of 1.3 in width, hardly seen in video. */
const enoughPixels = 0.6;

/** Below this many pixels shown (about 214x120) half the frame rate serves: nobody reads lips there. */
const tinyPixels = 25_600;

/** The layers to forward for a tile; the best ones while its size is unknown. Undefined when there is no choice. */
export function chooseLayers(published: PublishedLayers, shown: ShownSize): Layers | undefined {
  const { spatialLayers, temporalLayers } = published;
  if (spatialLayers <= 1 && temporalLayers <= 1) return undefined;
  const best: Layers = { spatialLayer: spatialLayers - 1, temporalLayer: temporalLayers - 1 };
  const pixels = shownPixels(shown);
  if (pixels === undefined) return best;
  return {
    spatialLayer: smallestSufficient(published, pixels) ?? best.spatialLayer,
    temporalLayer: pixels <= tinyPixels ? Math.min(1, best.temporalLayer) : best.temporalLayer,
  };
}

/** With one side known the other is taken from a 16:9 picture. */
function shownPixels({ width, height }: ShownSize): number | undefined {
  if (width !== undefined && height !== undefined) return width * height;
  if (width !== undefined) return (width * width * 9) / 16;
  if (height !== undefined) return (height * height * 16) / 9;
  return undefined;
}

function smallestSufficient(published: PublishedLayers, pixels: number): number | undefined {
  const { spatialLayers } = published;
  const layers = Array.from({ length: spatialLayers }, (_, layer) => layer);
  return layers.find((layer) => bestPixels(published) / 4 ** (spatialLayers - 1 - layer) >= pixels * enoughPixels);
}

/** Whom bandwidth serves first when the client has no wish: what is shared is what everybody looks at. */
export function usualPriority(source: TrackSource): number {
  return source === 'screen' ? 200 : 100;
}
