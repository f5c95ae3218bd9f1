import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Installs, once, what a folder's own lock file names: nobody who does not measure downloads it. */
export function installPackages(folder: string, what: string): void {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  console.log(`Installing the ${what}, once …`);
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`npm ci failed in ${folder}`);
}
