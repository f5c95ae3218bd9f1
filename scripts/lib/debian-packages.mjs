import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { run } from './run.mjs';
import { StepFailure } from './step-failure.mjs';
import { StepLine } from './step-line.mjs';

/** Whether this machine takes its packages with apt (Debian, Ubuntu and their kin). */
export function isDebianLike() {
  if (process.platform !== 'linux' || !existsSync('/etc/os-release')) return false;
  const release = readFileSync('/etc/os-release', 'utf8');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/** The names of which no package is installed. A name may be a list of alternatives: the first is the preferred one. */
function missingPackages(names) {
  const installed = installedPackages();
  return names.filter((name) => ![name].flat().some((alternative) => installed.has(alternative)));
}

function installedPackages() {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', `\${db:Status-Status} \${Package}\n`], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  const installed = new Set();
  for (const line of (stdout ?? '').split('\n')) {
    const [status, name] = line.split(' ');
    if (status === 'installed') installed.add(name);
  }
  return installed;
}

/** Of alternatives, the first that apt can install here; without any answer, the preferred one. */
function installableName(alternatives) {
  const names = [alternatives].flat();
  if (names.length === 1) return names[0];
  return names.find((name) => spawnSync('apt-cache', ['show', name]).status === 0) ?? names[0];
}

/**
 * Makes sure that packages are there: installs them as root on Debian or Ubuntu, otherwise fails with the exact
 * command to run.
 *
 * @param {{ names: (string | string[])[], purpose: string }} request
 */
export async function ensureDebianPackages({ names, purpose }) {
  if (!isDebianLike()) return;
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) throw needsRoot(missing.map(installableName), purpose);
  await installPackages(missing, purpose);
}

function needsRoot(packages, purpose) {
  return new StepFailure({
    what: `system packages for ${purpose} are not installed`,
    todo: [
      `run: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
      'then run the same command again',
    ],
  });
}

async function installPackages(missing, purpose) {
  const step = new StepLine(`Installing system packages for ${purpose}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  let packages = [];
  try {
    await run('apt-get', ['update', '-q'], { env });
    packages = missing.map(installableName);
    await run('apt-get', aptInstallArguments(packages), {
      env,
      statusFd: true,
      onLine: (line) => showAptStatus(step, line),
    });
  } catch (error) {
    step.failed();
    throw new StepFailure({
      what: `apt-get could not install the system packages for ${purpose}`,
      tried: [error.message, ...(error.excerpt ?? [])],
      todo: [`install them by hand, then run the same command again: ${packages.join(' ')}`],
    });
  }
  step.done(packages.join(' '));
}

function aptInstallArguments(packages) {
  // A second bootstrap, or an unattended upgrade, may hold dpkg's lock for a while.
  return [
    'install',
    '-y',
    '-q',
    '--no-install-recommends',
    '-o',
    'DPkg::Lock::Timeout=300',
    '-o',
    'APT::Status-Fd=3',
    ...packages,
  ];
}

/** apt's status lines are "dlstatus:1:12.5:text" while downloading and "pmstatus:name:50.0:text" while unpacking. */
function showAptStatus(step, line) {
  const match = /^(dlstatus|pmstatus):[^:]*:([\d.]+):/.exec(line);
  if (!match) return;
  const half = Number(match[2]) / 200;
  step.progress(match[1] === 'dlstatus' ? half : 0.5 + half);
}
