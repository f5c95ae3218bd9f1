import { describe, expect, it } from 'vitest';
import { chooseLayers, type PublishedLayers, usualPriority } from './layers.ts';

const camera: PublishedLayers = { source: 'camera', spatialLayers: 3, temporalLayers: 3 };

describe('chooseLayers', () => {
  it('has no choice for a track with one layer', () => {
    expect(chooseLayers({ source: 'camera', spatialLayers: 1, temporalLayers: 1 }, { width: 10 })).toBeUndefined();
  });

  it('forwards the best layers while the size shown is unknown', () => {
    expect(chooseLayers(camera, {})).toEqual({ spatialLayer: 2, temporalLayer: 2 });
  });

  it.each([
    [160, 90, 0],
    [320, 180, 0],
    [400, 225, 0],
    [640, 360, 1],
    [800, 450, 1],
    [960, 540, 2],
    [1920, 1080, 2],
  ])('shows a 720p camera at %ix%i with spatial layer %i', (width, height, spatialLayer) => {
    expect(chooseLayers(camera, { width, height })?.spatialLayer).toBe(spatialLayer);
  });

  it('takes a tall tile for what it is, by its pixels', () => {
    expect(chooseLayers(camera, { width: 180, height: 320 })?.spatialLayer).toBe(0);
    expect(chooseLayers(camera, { width: 720, height: 1280 })?.spatialLayer).toBe(2);
  });

  it('completes a size of which only one side is known to 16:9', () => {
    expect(chooseLayers(camera, { height: 360 })).toEqual(chooseLayers(camera, { width: 640, height: 360 }));
    expect(chooseLayers(camera, { width: 320 })).toEqual(chooseLayers(camera, { width: 320, height: 180 }));
  });

  it('halves the frame rate of tiny tiles only', () => {
    expect(chooseLayers(camera, { width: 160, height: 90 })?.temporalLayer).toBe(1);
    expect(chooseLayers(camera, { width: 320, height: 180 })?.temporalLayer).toBe(2);
  });

  it('believes a publisher who tells the resolution', () => {
    const small = { ...camera, size: { width: 640, height: 360 } };
    expect(chooseLayers(small, { width: 320, height: 180 })?.spatialLayer).toBe(1);
    expect(chooseLayers(small, { width: 640, height: 360 })?.spatialLayer).toBe(2);
  });

  it('takes a camera with two layers for a small one', () => {
    const two: PublishedLayers = { source: 'camera', spatialLayers: 2, temporalLayers: 3 };
    expect(chooseLayers(two, { width: 640, height: 360 })?.spatialLayer).toBe(1);
    expect(chooseLayers(two, { width: 320, height: 180 })?.spatialLayer).toBe(0);
  });

  it('takes a screen for a large one', () => {
    expect(chooseLayers({ ...camera, source: 'screen' }, { width: 960, height: 540 })?.spatialLayer).toBe(1);
  });
});

describe('usualPriority', () => {
  it('serves a shared screen before cameras', () => {
    expect(usualPriority('screen')).toBeGreaterThan(usualPriority('camera'));
  });
});
