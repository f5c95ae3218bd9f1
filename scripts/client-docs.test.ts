import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import * as client from '../src/client/index.ts';

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

describe('docs/client.md', () => {
  it('shows the example that the compiler checks', async () => {
    expect(await read('docs/client.md')).toContain(`\`\`\`ts\n${await read('examples/browser-call/call.ts')}\`\`\``);
  });

  it('names every event and every error of the client', async () => {
    const page = await read('docs/client.md');
    const events = (await read('src/client/client-events.ts')).matchAll(/^ {2}(\w+): \[/gm);
    const errors = (await read('src/client/client-error.ts')).matchAll(/^ {2}(\w+): ?['\n]/gm);
    const names = [...events, ...errors].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) expect(page).toContain(`\`${name}\``);
  });

  it('describes the public members of the client', async () => {
    const page = await read('docs/client.md');
    const members = Object.getOwnPropertyNames(client.CrosspointClient.prototype).filter(
      (name) => name !== 'constructor',
    );
    for (const name of members) expect(page).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
