import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestGrid, gridCapacity, maxTilesPerPage, placeGrid } from './grid-layout.ts';

const desktop = { width: 1264, height: 640 };
const phone = { width: 374, height: 640 };

describe('bestGrid', () => {
  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 2],
    [4, 2, 2],
    [5, 3, 2],
    [6, 3, 2],
    [9, 3, 3],
    [12, 4, 3],
    [16, 4, 4],
    [25, 5, 5],
  ])('gives %i tiles on a desktop %i columns and %i rows', (count, columns, rows) => {
    expect(bestGrid(count, desktop, 8)).toMatchObject({ columns, rows });
  });

  it('fills a stage of 16:9 with seven by seven', () => {
    expect(bestGrid(49, { width: 1280, height: 720 }, 8)).toMatchObject({ columns: 7, rows: 7 });
  });

  it.each([
    [1, 1, 1],
    [2, 1, 2],
    [3, 1, 3],
    [4, 2, 2],
    [6, 2, 3],
    [8, 2, 4],
  ])('gives %i tiles on an upright phone %i columns and %i rows', (count, columns, rows) => {
    expect(bestGrid(count, phone, 8)).toMatchObject({ columns, rows });
  });
});

describe('placeGrid', () => {
  it('keeps every tile inside the area and apart from the others, whatever the area', () => {
    const anyArea = fc.record({
      width: fc.integer({ min: 240, max: 3840 }),
      height: fc.integer({ min: 240, max: 2160 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxTilesPerPage }), anyArea, (count, area) => {
        const boxes = placeGrid(count, area, 8);
        expect(boxes).toHaveLength(count);
        for (const [index, box] of boxes.entries()) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.y).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(area.width + 1);
          expect(box.y + box.height).toBeLessThanOrEqual(area.height + 1);
          for (const other of boxes.slice(index + 1)) {
            const apart = other.x >= box.x + box.width || other.y >= box.y + box.height;
            expect(apart).toBe(true);
          }
        }
      }),
    );
  });

  it('centres a row that is not full', () => {
    const [first, second, third] = placeGrid(3, desktop, 8);
    const middle = ((first?.x ?? 0) + (second?.x ?? 0) + (second?.width ?? 0)) / 2;
    expect(Math.abs((third?.x ?? 0) + (third?.width ?? 0) / 2 - middle)).toBeLessThanOrEqual(1);
  });
});

describe('gridCapacity', () => {
  it('holds forty-nine tiles on a desktop', () => {
    expect(gridCapacity(desktop, 8)).toBe(49);
  });

  it('holds fewer, larger tiles on a phone', () => {
    const capacity = gridCapacity(phone, 8);
    expect(capacity).toBeGreaterThanOrEqual(8);
    expect(capacity).toBeLessThanOrEqual(12);
  });

  it('holds at least one tile in the smallest of areas', () => {
    expect(gridCapacity({ width: 40, height: 40 }, 8)).toBe(1);
  });
});
