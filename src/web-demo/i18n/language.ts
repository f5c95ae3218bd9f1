import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { preferences } from '../state/preferences.ts';
import { chooseLanguage, type Language } from './choose-language.ts';
import type { MessageKey } from './en.ts';
import { loadDictionary, type TranslateArguments, translate, translatePlural } from './translate.ts';

/** What was chosen here before, else the browser's. */
const wanted: ReadonlySignal<Language> = computed(() =>
  chooseLanguage(navigator.languages ?? [navigator.language], preferences.language.value),
);
const shown: Signal<Language> = signal('en');

/** The language of the page: the one that is wanted, as soon as its sentences are there. */
export const language: ReadonlySignal<Language> = shown;

/** Shows the wanted language from now on; resolves when it does so for the first time, so that nothing flashes. */
export function startLanguage(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => void show(wanted.value).then(resolve));
  });
}

async function show(next: Language): Promise<void> {
  try {
    await loadDictionary(next);
    if (next === wanted.peek()) shown.value = next;
  } catch {
    // The file cannot be had: what is shown stays.
  }
}

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
