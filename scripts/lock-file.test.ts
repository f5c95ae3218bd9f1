import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingOptionalPackages } from './complete-lock-file.mjs';

describe('package-lock.json', () => {
  it('lists the optional packages of every platform, without which `npm ci` fails (run scripts/complete-lock-file.mjs)', () => {
    const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
    expect(missingOptionalPackages(packages)).toEqual([]);
  });

  it('is searched as Node does, beside the parent and above it', () => {
    const parent = { optionalDependencies: { 'x-linux-x64': '1.0.0' } };
    expect(missingOptionalPackages({ 'node_modules/x': parent })).toHaveLength(1);
    expect(missingOptionalPackages({ 'node_modules/x': parent, 'node_modules/x-linux-x64': {} })).toEqual([]);
    expect(
      missingOptionalPackages({
        'node_modules/a/node_modules/x': parent,
        'node_modules/a/node_modules/x-linux-x64': {},
      }),
    ).toEqual([]);
  });
});
