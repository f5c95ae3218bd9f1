#!/usr/bin/env node
// Adds to package-lock.json the optional packages for other platforms that npm left out.
//
// npm leaves them out when a registry (a mirror, say) does not offer them at that moment, and then refuses its own lock
// file: `npm ci` calls every one of them missing, on every machine. Run this after `npm install`; a unit test does not
// let an incomplete lock file pass.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { projectPath } from './lib/project.mjs';

const LOCK_FILE = projectPath('package-lock.json');
const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(\w+))?$/;

/** The optional packages that the lock file names as dependencies but does not list. */
export function missingOptionalPackages(packages) {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isListed(packages, parent, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** Node looks for a dependency beside its parent and in every node_modules above. */
function isListed(packages, parent, name) {
  const folders = parent
    .split('/node_modules/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return [...folders.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`].some(
    (path) => packages[path],
  );
}

function toEntry({ name, version, dev }) {
  const [, os, cpu, abi = ''] = PLATFORM.exec(name) ?? [];
  if (!os) throw new Error(`The platform of ${name} cannot be told from its name.`);
  const libc = os === 'linux' && abi ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {};
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...libc, optional: true, os: [os] };
}

function completeLockFile() {
  const lock = JSON.parse(readFileSync(LOCK_FILE, 'utf8'));
  const missing = missingOptionalPackages(lock.packages);
  for (const entry of missing) lock.packages[`node_modules/${entry.name}`] = toEntry(entry);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(sorted);
  if (missing.length > 0) writeFileSync(LOCK_FILE, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${missing.length} packages added to package-lock.json\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) completeLockFile();
