import { describe, expect, it } from 'vitest';
import {
  formatBitrate,
  formatCodec,
  formatFps,
  formatLayer,
  formatMilliseconds,
  formatPercent,
  formatResolution,
} from './stats-format.ts';

describe('formatBitrate', () => {
  it.each([
    [undefined, '–'],
    [Number.NaN, '–'],
    [0, '0 bit/s'],
    [850, '850 bit/s'],
    [64_400, '64 kbit/s'],
    [999_700, '1.0 Mbit/s'],
    [1_340_000, '1.3 Mbit/s'],
  ])('writes %s as %s', (value, text) => {
    expect(formatBitrate(value)).toBe(text);
  });
});

describe('formatPercent', () => {
  it.each([
    [undefined, '–'],
    [0, '0 %'],
    [0.004, '0.4 %'],
    [0.1234, '12 %'],
    [-0.1, '0 %'],
  ])('writes %s as %s', (value, text) => {
    expect(formatPercent(value)).toBe(text);
  });
});

it('writes times with a decimal below ten milliseconds', () => {
  expect([
    formatMilliseconds(undefined),
    formatMilliseconds(0),
    formatMilliseconds(1.24),
    formatMilliseconds(42.4),
  ]).toEqual(['–', '0 ms', '1.2 ms', '42 ms']);
});

it('writes resolution, frame rate, codec and layer, or a dash', () => {
  expect(formatResolution(1280, 720)).toBe('1280×720');
  expect(formatResolution(0, 0)).toBe('–');
  expect(formatFps(29.7)).toBe('30');
  expect(formatFps(undefined)).toBe('–');
  expect(formatCodec('video/VP8')).toBe('VP8');
  expect(formatCodec(undefined)).toBe('–');
  expect(formatLayer({ spatial: 2, temporal: 1 })).toBe('S2 T1');
  expect(formatLayer(undefined)).toBe('–');
});
