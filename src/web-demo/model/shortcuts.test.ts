import { describe, expect, it } from 'vitest';
import { isTyping, shortcutAction, shortcutRows, usesSpace } from './shortcuts.ts';

const press = (key: string, changes = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  ...changes,
});

describe('shortcutAction', () => {
  it('knows the letters in both cases', () => {
    expect(shortcutAction(press('m'))).toBe('microphone');
    expect(shortcutAction(press('M'))).toBe('microphone');
    expect(shortcutAction(press('PageDown'))).toBe('nextPage');
    expect(shortcutAction(press('x'))).toBeNull();
  });

  it('leaves shortcuts of the browser and held keys alone', () => {
    expect(shortcutAction(press('c', { ctrlKey: true }))).toBeNull();
    expect(shortcutAction(press('p', { metaKey: true }))).toBeNull();
    expect(shortcutAction(press('m', { repeat: true }))).toBeNull();
  });

  it('does something for every single letter that the dialog lists', () => {
    const letters = shortcutRows
      .flatMap(({ keys }) => keys)
      .filter((key) => typeof key === 'string' && key.length === 1);
    expect(letters.length).toBeGreaterThan(5);
    for (const letter of letters) expect(shortcutAction(press(String(letter)))).not.toBeNull();
  });
});

describe('isTyping', () => {
  it('recognises fields', () => {
    expect(isTyping({ tagName: 'TEXTAREA' })).toBe(true);
    expect(isTyping({ tagName: 'DIV', isContentEditable: true })).toBe(true);
    expect(isTyping({ tagName: 'BUTTON' })).toBe(false);
    expect(isTyping(null)).toBe(false);
  });
});

describe('usesSpace', () => {
  it('leaves Space to fields and buttons', () => {
    expect(usesSpace({ tagName: 'BUTTON' })).toBe(true);
    expect(usesSpace({ tagName: 'INPUT' })).toBe(true);
    expect(usesSpace({ tagName: 'MAIN' })).toBe(false);
  });
});
