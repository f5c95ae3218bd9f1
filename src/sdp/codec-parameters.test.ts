import { describe, expect, it } from 'vitest';
import { parseCodecParameters, writeCodecParameters } from './codec-parameters.ts';

describe('parseCodecParameters', () => {
  it('reads numbers as numbers and everything else as text', () => {
    expect(parseCodecParameters('minptime=10; useinbandfec=1;cbr=on;x=007')).toEqual({
      minptime: 10,
      useinbandfec: 1,
      cbr: 'on',
      x: '007',
    });
  });

  it('keeps a profile level id as text even when all its digits are decimal', () => {
    expect(parseCodecParameters('profile-level-id=640028;packetization-mode=1')).toEqual({
      'profile-level-id': '640028',
      'packetization-mode': 1,
    });
  });

  it('takes names without regard to case', () => {
    expect(parseCodecParameters('Profile-Level-ID=42e01f')).toEqual({ 'profile-level-id': '42e01f' });
  });

  it('leaves out what is not a parameter, such as RED blocks and DTMF ranges', () => {
    expect(parseCodecParameters('111/111')).toEqual({});
    expect(parseCodecParameters('0-15')).toEqual({});
    expect(parseCodecParameters('=1;;  ;')).toEqual({});
  });

  it('cannot be made to change prototypes', () => {
    const parameters = parseCodecParameters('__proto__=1;constructor=2');
    expect(Object.getPrototypeOf(parameters)).toBe(Object.prototype);
    expect(Object.keys(parameters)).toEqual(['__proto__', 'constructor']);
  });

  it('reads a bounded number of parameters', () => {
    const config = Array.from({ length: 1000 }, (_, at) => `p${at}=1`).join(';');
    expect(Object.keys(parseCodecParameters(config))).toHaveLength(32);
  });
});

describe('writeCodecParameters', () => {
  it('writes what it read', () => {
    const config = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';
    expect(writeCodecParameters(parseCodecParameters(config))).toBe(config);
  });

  it('lets nothing of a publisher into another description but known names with plain values', () => {
    expect(
      writeCodecParameters({
        useinbandfec: 1,
        'sprop-parameter-sets': 'Z0LAH,aM4xsg==',
        stereo: '1\r\na=candidate:1 1 udp 1 10.0.0.1 1 typ host',
        evil: 1,
      }),
    ).toBe('useinbandfec=1');
  });

  it('is empty without parameters', () => {
    expect(writeCodecParameters()).toBe('');
    expect(writeCodecParameters({})).toBe('');
  });
});
