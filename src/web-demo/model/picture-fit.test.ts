import { expect, it } from 'vitest';
import { pictureFit } from './picture-fit.ts';

it('lets a picture of nearly the same shape fill its tile', () => {
  expect(pictureFit(16 / 9, 4 / 3)).toBe('cover');
  expect(pictureFit(16 / 9, 2)).toBe('cover');
  expect(pictureFit(3 / 4, 1)).toBe('cover');
});

it('shows an upright picture whole in a wide tile, and the reverse', () => {
  expect(pictureFit(9 / 16, 16 / 9)).toBe('contain');
  expect(pictureFit(16 / 9, 9 / 16)).toBe('contain');
});

it('fills the tile while the picture has no size yet', () => {
  expect(pictureFit(Number.NaN, 1.5)).toBe('cover');
});
