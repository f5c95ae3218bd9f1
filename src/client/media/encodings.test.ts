import { describe, expect, it } from 'vitest';
import { chooseEncodings } from './encodings.ts';

const camera = (width: number, height: number) => ({
  kind: 'video' as const,
  source: 'camera' as const,
  width,
  height,
});

describe('chooseEncodings', () => {
  it.each([
    [1920, 1080, ['q', 'h', 'f']],
    [960, 540, ['q', 'h', 'f']],
    [640, 360, ['h', 'f']],
    [480, 270, ['h', 'f']],
    [320, 180, [undefined]],
  ])('offers at %ix%i what Chromium would send: %j', (width, height, rids) => {
    expect(chooseEncodings(camera(width, height), {}).map(({ rid }) => rid)).toEqual(rids);
  });

  it('lists them in rising quality, each with its scale and a bitrate for its size', () => {
    expect(chooseEncodings(camera(1280, 720), {})).toEqual([
      { rid: 'q', active: true, scaleResolutionDownBy: 4, maxBitrate: 180_000 },
      { rid: 'h', active: true, scaleResolutionDownBy: 2, maxBitrate: 600_000 },
      { rid: 'f', active: true, scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
    ]);
  });

  it('applies a bitrate that is given to the largest', () => {
    const bitrates = chooseEncodings(camera(1280, 720), { maxBitrate: 900_000 }).map(({ maxBitrate }) => maxBitrate);
    expect(bitrates).toEqual([180_000, 600_000, 900_000]);
  });

  it('takes encodings that are given as they are', () => {
    const simulcast = [{ rid: 'a', maxBitrate: 1 }, { rid: 'b' }];
    expect(chooseEncodings(camera(1280, 720), { simulcast })).toBe(simulcast);
  });

  it('sends a screen, and what does not want simulcast, once', () => {
    expect(chooseEncodings({ ...camera(1920, 1080), source: 'screen' }, {})).toEqual([{ maxBitrate: 2_500_000 }]);
    expect(chooseEncodings(camera(1280, 720), { simulcast: false })).toEqual([{ maxBitrate: 1_700_000 }]);
  });

  it('sends codecs that have layers of their own once, because the server takes no rids with them', () => {
    expect(chooseEncodings(camera(1280, 720), { codecs: ['video/VP9'] })).toHaveLength(1);
    expect(chooseEncodings(camera(1280, 720), { codecs: ['video/H264'] })).toHaveLength(3);
  });

  it('gives speech little and music more, both before video', () => {
    const microphone = { kind: 'audio' as const, source: 'microphone' as const };
    expect(chooseEncodings(microphone, {})).toEqual([
      { maxBitrate: 40_000, networkPriority: 'high', priority: 'high' },
    ]);
    expect(chooseEncodings(microphone, { stereo: true })[0]?.maxBitrate).toBe(128_000);
    expect(chooseEncodings({ kind: 'audio', source: 'screenAudio' }, {})[0]?.maxBitrate).toBe(128_000);
  });

  it('assumes 720p where the browser does not tell', () => {
    expect(chooseEncodings({ kind: 'video', source: 'camera' }, {})).toHaveLength(3);
  });
});
