import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCacheDir } from '../lib/project.mjs';

const PROJECT_DIR = fileURLToPath(new URL('../..', import.meta.url));
const RECIPE_DIR = fileURLToPath(new URL('recipe', import.meta.url));
const RECIPE_HASH_CHARACTERS = 12;

/** The folder of mediasoup in this checkout; it must be installed. */
export const MEDIASOUP_DIR = join(PROJECT_DIR, 'node_modules', 'mediasoup');

/** The CMake project, compatibility headers and patch: what a change of must lead to a new build. */
export { RECIPE_DIR };

/** @returns {{ version: string, repository: { url: string } }} */
export function readMediasoupPackage() {
  return JSON.parse(readFileSync(join(MEDIASOUP_DIR, 'package.json'), 'utf8'));
}

/** Where built workers are kept between checkouts: the user's cache directory. */
export function workerCacheDir(env = process.env) {
  return join(userCacheDir(env), 'mediasoup-worker');
}

/** The path of the cached worker for this mediasoup version, recipe, OS and architecture, whether it exists or not. */
export function cachedWorkerPath(env = process.env) {
  const key = [readMediasoupPackage().version, recipeHash(), platform(), arch()].join('-');
  return join(workerCacheDir(env), key, 'mediasoup-worker');
}

function recipeHash() {
  const hash = createHash('sha256');
  const files = readdirSync(RECIPE_DIR, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const file of files) {
    hash.update(file.slice(RECIPE_DIR.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, RECIPE_HASH_CHARACTERS);
}
