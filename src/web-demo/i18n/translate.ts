import type { Language } from './choose-language.ts';
import { type Dictionary, en, type MessageKey } from './en.ts';

/** English is always there; nobody loads the sentences of a language that they do not see. */
const dictionaries: Partial<Record<Language, Dictionary>> & { readonly en: Dictionary } = { en };

/** Has to be done before sentences of that language are asked for; until then they are English. */
export async function loadDictionary(language: Language): Promise<void> {
  if (language === 'zh') dictionaries.zh ??= (await import('./zh.ts')).zh;
}

const dictionaryOf = (language: Language) => dictionaries[language] ?? dictionaries.en;

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<Key extends MessageKey> = { readonly [Name in Names<(typeof en)[Key]>]: string | number };
/** A sentence without placeholders takes no values; one with placeholders takes exactly those. */
export type TranslateArguments<Key extends MessageKey> = [Names<(typeof en)[Key]>] extends [never] ? [] : [Values<Key>];

type PluralStem = MessageKey extends infer Key ? (Key extends `${infer Stem}.one` ? Stem : never) : never;

const placeholder = /\{(\w+)\}/g;

function fill(text: string, values: Readonly<Record<string, string | number>> | undefined): string {
  return text.replace(placeholder, (whole, name: string) => String(values?.[name] ?? whole));
}

/** The sentence of a key in a language. */
export function translate<Key extends MessageKey>(
  language: Language,
  key: Key,
  ...[values]: TranslateArguments<Key>
): string {
  return fill(dictionaryOf(language)[key], values);
}

const rules: Readonly<Record<Language, Intl.PluralRules>> = {
  en: new Intl.PluralRules('en'),
  zh: new Intl.PluralRules('zh'),
};

/** The sentence for a number of things, by the language's plural rules. */
export function translatePlural(language: Language, stem: PluralStem, count: number): string {
  const form = rules[language].select(count) === 'one' ? 'one' : 'other';
  return fill(dictionaryOf(language)[`${stem}.${form}`], { count });
}
