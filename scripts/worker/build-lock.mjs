import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StepLine } from '../lib/step-line.mjs';

const POLL_INTERVAL_MS = 500;

/** Whether a process with this id exists. */
export function isRunning(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Runs `work` while no other process of this user builds in the same cache. The lock only saves work: two builds that
 * run all the same end in different folders, and the last rename wins.
 *
 * @template T
 * @param {string} cacheDir
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withBuildLock(cacheDir, work) {
  const lockFile = join(cacheDir, '.lock');
  mkdirSync(cacheDir, { recursive: true });
  await acquire(lockFile);
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

async function acquire(lockFile) {
  let waiting;
  while (!tryAcquire(lockFile)) {
    waiting ??= new StepLine('Waiting for another build of the mediasoup worker');
    await delay(POLL_INTERVAL_MS);
  }
  waiting?.done();
}

function tryAcquire(lockFile) {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isHeld(lockFile)) return false;
    rmSync(lockFile, { force: true });
    return tryAcquire(lockFile);
  }
}

/** A lock whose process is gone was left by an interrupted build. */
function isHeld(lockFile) {
  try {
    const content = readFileSync(lockFile, 'utf8');
    return content === '' || isRunning(Number(content));
  } catch {
    return false;
  }
}
