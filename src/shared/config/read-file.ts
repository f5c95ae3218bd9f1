import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { findKey, isSection } from './keys.ts';
import type { SourceReading } from './setting.ts';
import { suggestion } from './suggest.ts';

const FILE_NAMES = ['crosspoint.yaml', 'crosspoint.yml', 'crosspoint.json'];

/** Reads the file that `--config` or CROSSPOINT_CONFIG names, else the one in the working directory, if any. */
export function readConfigFile({ cwd, given }: { cwd: string; given: string | undefined }): SourceReading {
  const name = given ?? FILE_NAMES.find((candidate) => existsSync(resolve(cwd, candidate)));
  const reading: SourceReading = { settings: [], problems: [] };
  if (name === undefined) return reading;
  try {
    // JSON is YAML too. An empty file says nothing.
    collect(parse(readFileSync(resolve(cwd, name), 'utf8')) ?? {}, { prefix: '', source: name, reading });
  } catch (error) {
    reading.problems.push(`${name}: cannot be read: ${firstLine(error)}`);
  }
  return reading;
}

interface Position {
  prefix: string;
  source: string;
  reading: SourceReading;
}

function collect(value: unknown, position: Position): void {
  const { prefix, source, reading } = position;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const place = prefix === '' ? source : `${prefix} (${source})`;
    reading.problems.push(`${place}: got ${JSON.stringify(value)}, expected a section with keys`);
    return;
  }
  for (const [name, child] of Object.entries(value)) collectEntry(name, child, position);
}

function collectEntry(name: string, value: unknown, { prefix, source, reading }: Position): void {
  const fullName = prefix === '' ? name : `${prefix}.${name}`;
  const key = findKey(fullName);
  if (key) reading.settings.push({ key, value, source });
  else if (isSection(fullName)) collect(value ?? {}, { prefix: fullName, source, reading });
  else reading.problems.push(`${fullName} (${source}): there is no such key${suggestion(fullName)}`);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}
