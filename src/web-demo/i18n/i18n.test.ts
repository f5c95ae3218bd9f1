import { beforeAll, describe, expect, it } from 'vitest';
import { chooseLanguage } from './choose-language.ts';
import { en } from './en.ts';
import { loadDictionary, translate, translatePlural } from './translate.ts';
import { zh } from './zh.ts';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
const pairs = Object.entries(zh).map(
  ([key, text]) => [key, Object.entries(en).find(([k]) => k === key)?.[1], text] as const,
);

describe('the dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  it.each(pairs)('have the same placeholders for %s', (_key, english, chinese) => {
    expect(placeholders(chinese)).toEqual(placeholders(english ?? ''));
  });

  it('leave no sentence empty', () => {
    for (const [key, english, chinese] of pairs) expect([key, english?.trim(), chinese.trim()]).not.toContain('');
  });
});

describe('translate', () => {
  beforeAll(() => loadDictionary('zh'));

  it('fills in the values', () => {
    expect(translate('en', 'pageOf', { page: 2, count: 3 })).toBe('Page 2 of 3');
    expect(translate('zh', 'joinedCall', { name: '小明' })).toBe('小明已加入');
  });

  it('does not fill in what a value itself contains', () => {
    expect(translate('en', 'newMessageFrom', { name: '{text}', text: 'hi' })).toBe('{text}: hi');
  });
});

describe('translatePlural', () => {
  it('follows the language’s rules', () => {
    expect(translatePlural('en', 'peopleCount', 1)).toBe('1 person');
    expect(translatePlural('en', 'peopleCount', 0)).toBe('0 people');
    expect(translatePlural('zh', 'peopleCount', 1)).toBe('1 人');
  });
});

describe('chooseLanguage', () => {
  it.each([
    [['zh-Hans-CN', 'en'], 'zh'],
    [['zh'], 'zh'],
    [['de-DE', 'zh-TW'], 'zh'],
    [['de', 'fr'], 'en'],
    [['en-GB', 'zh'], 'en'],
    [[], 'en'],
  ] as const)('answers %j with %s', (preferred, expected) => {
    expect(chooseLanguage(preferred)).toBe(expected);
  });

  it('prefers what was chosen before, if it is a language of ours', () => {
    expect(chooseLanguage(['en'], 'zh')).toBe('zh');
    expect(chooseLanguage(['zh'], 'klingon')).toBe('zh');
  });
});
