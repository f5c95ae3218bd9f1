import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', root), 'utf8');
const tests = globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], {
  cwd: root.pathname,
  exclude: ['**/node_modules/**'],
});

it('docs/security.md names tests that exist', () => {
  const named = [...page.matchAll(/`([a-z-]+\.test\.ts)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(20);
  for (const name of named)
    expect(
      tests.some((path) => path.endsWith(`/${name}`)),
      name,
    ).toBe(true);
});

it('docs/security.md quotes their titles as they are', () => {
  const quotes = [...page.matchAll(/`([a-z-]+\.test\.ts)` “([^”…]+?) ?…?”/g)];
  expect(quotes.length).toBeGreaterThan(4);
  for (const [, name = '', title = ''] of quotes) {
    const files = tests.filter((path) => path.endsWith(`/${name}`));
    const sources = files.map((path) => readFileSync(new URL(path, root), 'utf8')).join('\n');
    expect(sources, title).toContain(`'${title}`);
  }
});
