import { describe, expect, it } from 'vitest';
import { avatarColour, avatarColours, initials } from './initials.ts';

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['grace', 'G'],
    ['Jean Paul van Damme', 'JD'],
    ['王小明', '小明'],
    ['李雷', '李雷'],
    ['  ', '?'],
    ['🙂', '?'],
    ['mary-jane', 'MJ'],
    ['élodie', 'É'],
  ])('stands for %j as %j', (name, expected) => {
    expect(initials(name)).toBe(expected);
  });
});

describe('avatarColour', () => {
  it('gives the same participant the same colour, within the palette', () => {
    expect(avatarColour('participant-1')).toBe(avatarColour('participant-1'));
    for (let index = 0; index < 100; index++) {
      const colour = avatarColour(`p${index}`);
      expect(colour).toBeGreaterThanOrEqual(0);
      expect(colour).toBeLessThan(avatarColours);
    }
  });

  it('spreads participants over the palette', () => {
    const used = new Set(Array.from({ length: 100 }, (_, index) => avatarColour(`p${index}`)));
    expect(used.size).toBe(avatarColours);
  });
});
