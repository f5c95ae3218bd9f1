import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../shared/config/load-config.ts';
import { createSilentLogger } from '../shared/logger.ts';
import { checkConfigFiles, openDatabase } from './config-files.ts';

let folder: string;
let text: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crosspoint-files-'));
  text = join(folder, 'text');
  writeFileSync(text, 'neither a key, nor a program, nor a database. '.repeat(100), { mode: 0o600 });
});

afterAll(() => rmSync(folder, { recursive: true }));

const configOf = async (...args: string[]) => (await loadConfig({ args, environment: {}, cwd: folder })).config;

/** The lines that an operator reads. */
async function problemsOf(...args: string[]): Promise<readonly string[]> {
  const config = await configOf(...args);
  try {
    await checkConfigFiles(config);
    await openDatabase(config, createSilentLogger()).close();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('files that the configuration names', () => {
  it('are not looked for where none is named', async () => {
    expect(await problemsOf()).toEqual([]);
  });

  it('are reported by key, all at once, when they are not there', async () => {
    const nowhere = join(folder, 'nowhere');
    const certificate = [`--http-tls-certificate=${nowhere}`, `--http-tls-key=${nowhere}`];
    const turn = [`--turn-certificate=${nowhere}`, `--turn-key=${nowhere}`];
    const problems = await problemsOf(...certificate, ...turn, `--media-worker-bin=${nowhere}`);
    const expected = [
      ['http.tls.certificate', 'a file that can be read'],
      ['http.tls.key', 'a file that can be read'],
      ['turn.certificate', 'a file that can be read'],
      ['turn.key', 'a file that can be read'],
      ['media.workerBin', 'a program'],
    ];
    expect(problems).toEqual(
      expected.map(([key, wanted]) => expect.stringContaining(`${key}: got "${nowhere}", expected ${wanted}: ENOENT`)),
    );
  });

  it('are reported when they are of another kind', async () => {
    const pair = [`--http-tls-certificate=${text}`, `--http-tls-key=${text}`];
    const [pairProblem, workerProblem] = await problemsOf(...pair, `--media-worker-bin=${text}`);
    expect(pairProblem).toMatch(/^http\.tls\.certificate and http\.tls\.key: /);
    expect(workerProblem).toMatch(/^media\.workerBin: got ".*", expected a program: EACCES/);
    expect(await problemsOf(`--media-worker-bin=${folder}`)).toEqual([
      `media.workerBin: got "${folder}", expected a program: it is a directory`,
    ]);
    const [cacheProblem] = await problemsOf('--self-signed', `--cache-directory=${text}`);
    expect(cacheProblem).toMatch(/^cacheDirectory: got ".*", expected a directory that can be written: /);
  });

  it.each([
    ['no database', () => text, 'file is not a database'],
    ['a directory', () => folder, 'EISDIR: illegal operation on a directory'],
    ['in no folder', () => join(folder, 'nowhere', 'mailbox.sqlite'), 'ENOENT: no such file or directory'],
  ])('for mailboxes are reported when they are %s', async (_, file, reason) => {
    const expected = `got "${file()}", expected a SQLite database, or a new file, that can be written: ${reason}`;
    const problems = await problemsOf(`--messages-mailbox-file=${file()}`);
    expect(problems).toEqual([expect.stringContaining(`messages.mailboxFile: ${expected}`)]);
  });
});
