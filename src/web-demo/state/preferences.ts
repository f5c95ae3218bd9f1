import { effect, type Signal, signal } from '@preact/signals';
import { type Language, languages } from '../i18n/choose-language.ts';
import { defaultPictureHeight, isPictureHeight, type PictureHeight } from '../media/capture-constraints.ts';

const prefix = 'crosspoint.';

type Parse<T> = (stored: unknown) => T | undefined;

const text: Parse<string> = (stored) => (typeof stored === 'string' ? stored.slice(0, 256) : undefined);
const flag: Parse<boolean> = (stored) => (typeof stored === 'boolean' ? stored : undefined);
const height: Parse<PictureHeight> = (stored) => (isPictureHeight(stored) ? stored : undefined);
const language: Parse<Language> = (stored) => languages.find((known) => known === stored);

/** Storage may be forbidden (private windows, embedded pages); then nothing is remembered and all else works. */
function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(prefix + key) ?? 'null');
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the choice holds for this page only.
  }
}

function remembered<T>(key: string, parse: Parse<T>, fallback: T): Signal<T> {
  const value = signal(parse(read(key)) ?? fallback);
  let isFirst = true;
  effect(() => {
    const current = value.value;
    if (!isFirst) write(key, current);
    isFirst = false;
  });
  return value;
}

/** What this browser remembers from call to call. */
export const preferences = {
  name: remembered('name', text, ''),
  language: remembered<Language | null>('language', language, null),
  cameraId: remembered('cameraId', text, ''),
  microphoneId: remembered('microphoneId', text, ''),
  speakerId: remembered('speakerId', text, ''),
  cameraOn: remembered('cameraOn', flag, true),
  microphoneOn: remembered('microphoneOn', flag, true),
  mirror: remembered('mirror', flag, true),
  pictureHeight: remembered('pictureHeight', height, defaultPictureHeight),
};
