import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { withLock } from '../lib/lock.mjs';
import { PROJECT_DIR, projectPath, userCacheDir } from '../lib/project.mjs';
import { run } from '../lib/run.mjs';
import { StepFailure } from '../lib/step-failure.mjs';
import { StepLine } from '../lib/step-line.mjs';

/** Installs what the lock file names, unless exactly that is installed. */
export async function installDependencies() {
  if (!areDependenciesInstalled()) await withLock(lock, installOnce);
  linkOwnCommand();
}

/** `npm ci` removes what another one is just writing. */
const lock = {
  folder: join(userCacheDir(), 'installing', createHash('sha256').update(PROJECT_DIR).digest('hex').slice(0, 16)),
  waitingFor: 'another installation of the dependencies',
};

async function installOnce() {
  if (!areDependenciesInstalled()) await install();
}

async function install() {
  const step = new StepLine('Installing dependencies from package-lock.json');
  try {
    await npm(['ci']);
  } catch (error) {
    step.failed();
    throw new StepFailure({
      what: 'the dependencies could not be installed',
      tried: [error.message, ...(error.excerpt ?? [])],
      todo: ['check that the npm registry can be reached (npm ping), then run the same command again'],
    });
  }
  step.done();
}

/** Compares the lock file with what npm noted when it installed. Packages for other platforms are not installed. */
function areDependenciesInstalled() {
  const installedFile = projectPath('node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(projectPath('package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
}

/** npm links the commands of dependencies only; with this, `npx crosspoint` works in the checkout too. */
function linkOwnCommand() {
  try {
    symlinkSync('../../scripts/crosspoint.mjs', projectPath('node_modules', '.bin', 'crosspoint'));
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Runs npm with the system's Node: `npm ci` deletes the one in node_modules while it runs. */
export function npm(args) {
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  return run('npm', args, { cwd: PROJECT_DIR, env: { ...process.env, PATH: path.join(delimiter) } });
}
