import { computed, type ReadonlySignal } from '@preact/signals';
import { preferences } from '../state/preferences.ts';
import { chooseLanguage, type Language } from './choose-language.ts';
import type { MessageKey } from './en.ts';
import { type TranslateArguments, translate, translatePlural } from './translate.ts';

/** The language of the page: what was chosen here before, else the browser's. */
export const language: ReadonlySignal<Language> = computed(() =>
  chooseLanguage(navigator.languages ?? [navigator.language], preferences.language.value),
);

/** For dates and times: the browser's own variety of the language, so that `en-GB` keeps its 24 hours. */
export const timeLocale: ReadonlySignal<string> = computed(
  () => navigator.languages?.find((tag) => tag.toLowerCase().startsWith(language.value)) ?? language.value,
);

/** The sentence of a key in the current language; components that call it follow a change of language. */
export function t<Key extends MessageKey>(key: Key, ...values: TranslateArguments<Key>): string {
  return translate(language.value, key, ...values);
}

export function tPlural(
  ...[stem, count]: Parameters<typeof translatePlural> extends [unknown, ...infer Rest] ? Rest : never
): string {
  return translatePlural(language.value, stem, count);
}
