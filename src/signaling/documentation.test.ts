import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ErrorDefinition, errorCodes } from '../protocol/error-codes.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('docs/closing.md', () => {
  const endings = Object.entries<ErrorDefinition>(errorCodes).filter(([, { closeCode }]) => closeCode !== undefined);

  it.each(endings)('tells what %s means for the session', (code, { closeCode, action }) => {
    const row = read('../../docs/closing.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${code}\` | ${closeCode} |`));
    expect(row).toBeDefined();
    if (action === 'resume') expect(row).toContain('is kept');
    else expect(row).not.toContain('is kept');
  });
});

describe('docs/logging.md', () => {
  it('lists every line that the hub writes', () => {
    const directory = new URL('.', import.meta.url).pathname;
    const files = globSync(['*.ts', '*/*.ts'], { cwd: directory });
    const sources = files.filter((file) => !file.endsWith('.test.ts')).map((file) => read(file));
    const lines = sources.flatMap((text) =>
      [...text.matchAll(/log(?:ger)?\??\.(?:debug|info|warn|error)\((?:[^()']|\{.*?\})*'([^']+)'\)/gs)].map(
        (match) => match[1],
      ),
    );
    expect(lines.length).toBeGreaterThanOrEqual(13);
    for (const line of lines) expect(read('../../docs/logging.md')).toContain(`\`${line}\``);
  });
});
