import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Output } from '../plan/plan.ts';
import { UsageError } from '../plan/usage-error.ts';
import { renderHtml } from './html.ts';
import type { Report } from './report.ts';

/** Finds out before the load whether its results can be written. Throws `UsageError`. */
export function requireWritable(output: Output): void {
  for (const name of ['json', 'html'] as const) {
    const path = output[name];
    const problem = path === undefined ? undefined : problemWith(path);
    if (problem !== undefined) throw new UsageError(`--${name}: ${problem}`);
  }
}

function problemWith(path: string): string | undefined {
  try {
    const exists = existsSync(path);
    accessSync(exists ? path : dirname(path), constants.W_OK);
    return exists && statSync(path).isDirectory() ? `is a folder: ${path}` : undefined;
  } catch {
    return `cannot be written: ${path}`;
  }
}

export function writeReport(report: Report, output: Output): void {
  if (output.json !== undefined) writeFileSync(output.json, `${JSON.stringify(report, null, 1)}\n`);
  if (output.html !== undefined) writeFileSync(output.html, renderHtml(report));
}
