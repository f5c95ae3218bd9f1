import { turnLimits } from '../../shared/limits.ts';

const rows = 3;

/** The memory of one sketch of counters, which other threads may read. */
export function createSketchMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * turnLimits.sketchWidth * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * The slots of a key, one in each row (a count-min sketch). Memory is fixed whatever is counted, so that spoofed
 * addresses cannot grow it, and a key is only ever overestimated.
 */
export function sketchSlots(key: string, seed: number): readonly [number, number, number] {
  let first = seed | 0;
  let second = ~seed | 0;
  for (let index = 0; index < key.length; index += 1) {
    const code = key.charCodeAt(index);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ code, 0x85ebca6b) ^ (second >>> 13);
  }
  const width = turnLimits.sketchWidth;
  const [a, b] = [mix(first) % width, mix(second) % width];
  return [a, width + b, 2 * width + (mix(first ^ (second << 7)) % width)];
}

function mix(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return (twice ^ (twice >>> 16)) >>> 0;
}
