import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configKeys } from './keys.ts';
import { renderConfigurationDocument, renderHelp } from './render.ts';

describe('the documentation of the configuration', () => {
  it('is what the schema says now (run `npm run docs` to renew it)', () => {
    const file = new URL('../../../docs/configuration.md', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(renderConfigurationDocument());
  });

  it('describes every key, with a flag and a variable of its own', () => {
    expect(configKeys.length).toBeGreaterThan(50);
    expect(configKeys.filter(({ description }) => !description.endsWith('.'))).toEqual([]);
    expect(new Set(configKeys.map(({ flagName }) => flagName)).size).toBe(configKeys.length);
    expect(new Set(configKeys.map(({ environmentName }) => environmentName)).size).toBe(configKeys.length);
  });

  it('lists every key in --help with its default', () => {
    const help = renderHelp();
    for (const { flagName } of configKeys) expect(help).toContain(`--${flagName}`);
    expect(help).toContain('Default: 4300.');
  });
});
