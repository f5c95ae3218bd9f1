import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from './generate-docs.ts';

describe('the generated documentation', () => {
  it.each(Object.keys(generatedFiles))('is up to date in %s; if not, run `npm run docs`', async (path) => {
    const written = await readFile(new URL(`../${path}`, import.meta.url), 'utf8');
    expect(written).toBe(generatedFiles[path]?.());
  });

  it('is the same when generated again', () => {
    for (const render of Object.values(generatedFiles)) expect(render()).toBe(render());
  });
});
