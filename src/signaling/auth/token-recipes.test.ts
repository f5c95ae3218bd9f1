import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Revocations } from './revocations.ts';
import { TokenVerifier } from './token-verifier.ts';

const page = readFileSync(new URL('../../../docs/tokens.md', import.meta.url), 'utf8');
const secret = 'a-secret-of-at-least-thirty-two-bytes';
const verifier = new TokenVerifier({
  apiKeys: new Map([['web', secret]]),
  clockToleranceSeconds: 0,
  revocations: new Revocations({ maxEntries: 1, keptMs: 1 }),
});

/** The code of one language in docs/tokens.md. */
function recipe(language: string): string {
  const code = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)?.[1];
  if (code === undefined) throw new Error(`There is no recipe in ${language}.`);
  return code;
}

function run(program: string, args: string[], input: string): string {
  const { stdout, stderr, error } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    env: { ...process.env, SECRET: secret },
  });
  if (error || stderr !== '') throw new Error(stderr || String(error));
  return stdout.trim();
}

it.each([
  ['js', process.execPath, ['--input-type=module', '-'], '\nconsole.log(token);'],
  ['python', 'python3', ['-'], ''],
  ['sh', 'sh', [], ''],
])('the recipe in %s makes a token that the server accepts', async (language, program, args, end) => {
  const token = run(program, args, recipe(language) + end);
  expect(await verifier.verify(token, 'tea')).toMatchObject({ sub: 'alice', room: 'tea' });
});
