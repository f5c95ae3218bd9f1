import { expect, it } from 'vitest';
import { pictureFit } from './picture-fit.ts';

it('lets a picture of nearly the same shape fill its tile', () => {
  expect(pictureFit(16 / 9, 4 / 3)).toBe('cover');
  expect(pictureFit(16 / 9, 2)).toBe('cover');
  expect(pictureFit(3 / 4, 1)).toBe('cover');
});

it('shows an upright picture whole in a wide tile', () => {
  expect(pictureFit(9 / 16, 16 / 9)).toBe('contain');
});

it('cuts the sides of a wide picture off to fill a phone, but not without limit', () => {
  expect(pictureFit(16 / 9, 374 / 700)).toBe('cover');
  expect(pictureFit(16 / 9, 0.3)).toBe('contain');
});

it('fills the tile while the picture has no size yet', () => {
  expect(pictureFit(Number.NaN, 1.5)).toBe('cover');
});
