import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A SHA-256 over the names and contents of files and of everything below folders; what does not exist adds nothing. */
export function hashFiles(paths, { base, accepts = () => true }) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(listFiles).filter(accepts)) {
    hash.update(relative(base, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function listFiles(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}
