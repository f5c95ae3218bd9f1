import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../shared/config/load-config.ts';
import type { Config } from '../shared/config/schema.ts';
import type { Logger } from '../shared/logger.ts';
import { readCredentials } from '../shared/tls/tls-credentials.ts';
import { Database } from '../signaling/storage/database.ts';

/** Makes sure that every file the configuration names can be used, before anything starts; names the keys of all that cannot. */
export async function checkConfigFiles({ http, turn, media, cacheDirectory }: Config): Promise<void> {
  const problems = await Promise.all([
    pairProblems('http.tls', http.tls),
    pairProblems('turn', turn),
    fileProblems('media.workerBin', media.workerBin, { mode: constants.X_OK, expected: 'a program' }),
    http.tls.selfSigned && cacheDirectory !== undefined ? directoryProblems('cacheDirectory', cacheDirectory) : [],
  ]);
  if (problems.flat().length > 0) throw new ConfigError(problems.flat());
}

/** Opens the database that `messages.mailboxFile` names, or one in memory. */
export function openDatabase({ messages: { mailboxFile: file } }: Config, logger: Logger): Database {
  try {
    return new Database({ file, logger });
  } catch (error) {
    const expected = 'a SQLite database, or a new file, that can be written';
    throw new ConfigError([problem('messages.mailboxFile', file, expected, error)]);
  }
}

interface Pair {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

async function pairProblems(section: string, { certificate, key }: Pair): Promise<string[]> {
  const readable = { mode: constants.R_OK, expected: 'a file that can be read' };
  const problems = [
    ...(await fileProblems(`${section}.certificate`, certificate, readable)),
    ...(await fileProblems(`${section}.key`, key, readable)),
  ];
  if (problems.length > 0 || certificate === undefined || key === undefined) return problems;
  const unusable = await readCredentials({ certificate, key }).then(() => [], reasonOf);
  return [unusable].flat().map((reason) => `${section}.certificate and ${section}.key: ${reason}`);
}

async function fileProblems(
  key: string,
  file: string | undefined,
  { mode, expected }: { mode: number; expected: string },
): Promise<string[]> {
  if (file === undefined) return [];
  try {
    await access(file, mode);
    if ((await stat(file)).isDirectory()) throw new Error('it is a directory');
    return [];
  } catch (error) {
    return [problem(key, file, expected, error)];
  }
}

/** Where a generated certificate will be kept. */
async function directoryProblems(key: string, directory: string): Promise<string[]> {
  try {
    const folder = join(directory, 'tls');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    return [];
  } catch (error) {
    return [problem(key, directory, 'a directory that can be written', error)];
  }
}

function problem(key: string, given: string | undefined, expected: string, error: unknown): string {
  return `${key}: got ${JSON.stringify(given)}, expected ${expected}: ${reasonOf(error)}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
