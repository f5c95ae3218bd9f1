import { describe, expect, it } from 'vitest';
import { changedWishes, videoWish } from './subscription-plan.ts';

const shown = { width: 320, height: 180, isLarge: false, isCut: false };

describe('videoWish', () => {
  it('asks for device pixels, rounded up', () => {
    expect(videoWish(shown, 2)).toMatchObject({ paused: false, width: 640, height: 368 });
    expect(videoWish({ ...shown, width: 321 }, 1).width).toBe(336);
  });

  it('asks for the whole picture of which an upright tile shows the middle', () => {
    expect(videoWish({ ...shown, width: 180, height: 360, isCut: true }, 1)).toMatchObject({ width: 640, height: 368 });
    expect(videoWish({ ...shown, width: 180, height: 360 }, 1)).toMatchObject({ width: 192, height: 368 });
  });

  it('never asks for more than the protocol takes', () => {
    expect(videoWish({ ...shown, width: 9000, height: 9000, isCut: true }, 3).width).toBeLessThanOrEqual(16_384);
  });

  it('pauses what is not shown', () => {
    expect(videoWish(null, 2).paused).toBe(true);
  });

  it('prefers the large picture when bandwidth is short', () => {
    expect(videoWish({ ...shown, isLarge: true }, 1).priority).toBeGreaterThan(videoWish(shown, 1).priority);
  });
});

describe('changedWishes', () => {
  it('tells the server what is new and what changed, and nothing twice', () => {
    const told = new Map([
      ['same', videoWish(shown, 1)],
      ['hidden', videoWish(shown, 1)],
    ]);
    const wanted = new Map([
      ['same', videoWish(shown, 1)],
      ['hidden', videoWish(null, 1)],
      ['new', videoWish(shown, 1)],
    ]);
    expect([...changedWishes(told, wanted).keys()]).toEqual(['hidden', 'new']);
  });

  it('does not repeat a pause because of another size', () => {
    const told = new Map([['a', videoWish(null, 1)]]);
    expect(changedWishes(told, new Map([['a', { ...videoWish(null, 2), width: 999 }]])).size).toBe(0);
  });
});
