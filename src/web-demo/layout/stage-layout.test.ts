import { describe, expect, it } from 'vitest';
import { arrangeStage, type StageTile } from './stage-layout.ts';

const area = { width: 1264, height: 640 };
const upright = { width: 374, height: 640 };
const self: StageTile = { id: 'self', isSelf: true, source: 'camera' };
const others = (count: number): StageTile[] =>
  Array.from({ length: count }, (_, index) => ({ id: `p${index}`, isSelf: false, source: 'camera' }));
const arrange = (tiles: StageTile[], options: Partial<Parameters<typeof arrangeStage>[0]> = {}) =>
  arrangeStage({ area, gap: 8, tiles, focusId: null, page: 0, ...options });

describe('arrangeStage', () => {
  it('shows nothing in an area that has not been measured yet', () => {
    expect(arrange([self], { area: { width: 0, height: 0 } }).placed).toEqual([]);
  });

  it('lets the other of two people fill the stage and floats our own picture above', () => {
    const { placed } = arrange([...others(1), self]);
    expect(placed.map((tile) => tile.role)).toEqual(['focus', 'float']);
    expect(placed[0]?.box).toMatchObject({ width: area.width, height: area.height });
    expect(placed[1]?.box.width).toBeLessThan(area.width / 3);
  });

  it('floats our own picture in the corner while we are alone, and leaves the stage to the invitation', () => {
    expect(arrange([self]).placed).toMatchObject([{ id: 'self', role: 'float' }]);
  });

  it('puts three people into a grid', () => {
    expect(arrange([...others(2), self]).placed.every((tile) => tile.role === 'grid')).toBe(true);
  });

  it('pages beyond the capacity and clamps a page that no longer exists', () => {
    const tiles = [...others(60), self];
    const last = arrange(tiles, { page: 99 });
    expect(last.pageCount).toBe(2);
    expect(last.page).toBe(1);
    expect(last.placed).toHaveLength(61 - 49);
  });

  it('shows the focused tile large with the strip beside it on a wide stage', () => {
    const { placed } = arrange([...others(3), self], { focusId: 'p1' });
    const [focus, ...strip] = placed;
    expect(focus).toMatchObject({ id: 'p1', role: 'focus' });
    expect(strip).toHaveLength(3);
    for (const tile of strip) expect(tile.box.x).toBeGreaterThanOrEqual((focus?.box.width ?? 0) + 8);
  });

  it('puts the strip below the focused tile on an upright stage', () => {
    const { placed } = arrange([...others(2), self], { focusId: 'p0', area: upright });
    const [focus, ...strip] = placed;
    for (const tile of strip) expect(tile.box.y).toBeGreaterThanOrEqual((focus?.box.height ?? 0) + 8);
  });

  it('shrinks the strip a little rather than giving it a second page', () => {
    const five = arrange([...others(5), self], { focusId: 'p0' });
    expect(five.pageCount).toBe(1);
    const heights = five.placed.slice(1).map((tile) => tile.box.y + tile.box.height);
    expect(Math.max(...heights)).toBeLessThanOrEqual(area.height);
  });

  it('gives the others all the space that a shared screen leaves on an upright stage', () => {
    const screen: StageTile = { id: 's', isSelf: false, source: 'screen' };
    const { placed } = arrange([screen, ...others(4), self], { focusId: 's', area: upright });
    const [large, ...rest] = placed;
    expect(large?.box.height).toBeLessThan(upright.height / 2);
    expect(rest).toHaveLength(5);
    for (const { box } of rest) {
      expect(box.y).toBeGreaterThan(large?.box.height ?? 0);
      expect(box.y + box.height).toBeLessThanOrEqual(upright.height);
    }
  });

  it('pages the strip when it cannot hold everyone', () => {
    const { pageCount, placed } = arrange([...others(20), self], { focusId: 'p0' });
    expect(pageCount).toBeGreaterThan(1);
    expect(placed.length).toBeLessThan(21);
  });

  it('falls back to the grid when the focused tile has gone', () => {
    expect(arrange([...others(2), self], { focusId: 'gone' }).placed).toHaveLength(3);
  });
});
