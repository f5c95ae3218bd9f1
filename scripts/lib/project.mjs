import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this checkout. */
export const PROJECT_DIR = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** The path of something below the checkout's root. */
export function projectPath(...parts) {
  return join(PROJECT_DIR, ...parts);
}

/** Where Crosspoint keeps what is slow to get, between checkouts. */
export function userCacheDir(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'crosspoint');
}
