import type { ConfigKey } from './keys.ts';

/** A value that some source gives to a key. */
export interface Setting {
  key: ConfigKey;
  value: unknown;
  /** Where it comes from, as a person would name it: `crosspoint.yaml`, `CROSSPOINT_HTTP_PORT`, `--http-port`. */
  source: string;
}

/** What a source contributes: settings, and lines about what could not be understood. */
export interface SourceReading {
  settings: Setting[];
  problems: string[];
}

/** Turns text from the environment or a flag into a value of the key's kind; what does not fit stays text, to be refused. */
export function parseText(key: ConfigKey, text: string): unknown {
  if (key.kind === 'list') return parseList(text);
  if (key.kind === 'boolean') return parseBoolean(text);
  if (key.kind === 'number') return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  return text;
}

function parseList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function parseBoolean(text: string): boolean | string {
  const lower = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(lower)) return true;
  if (['false', '0', 'no', 'off'].includes(lower)) return false;
  return text;
}
