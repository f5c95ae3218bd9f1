import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StepLine } from './step-line.mjs';

const POLL_INTERVAL_MS = 500;
const SIGN_INTERVAL_MS = 2_000;
/** A holder that has given no sign of life for so long is gone, whoever has its process id by now. */
const ABANDONED_AFTER_MS = 20_000;

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
 * Runs `work` while no other process does something under the lock of the same folder, and says meanwhile what it waits for.
 *
 * @template T
 * @param {{ folder: string, waitingFor: string }} lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock({ folder, waitingFor }, work) {
  const lockFile = join(folder, '.lock');
  mkdirSync(folder, { recursive: true });
  await acquire(lockFile, waitingFor);
  const signs = setInterval(() => giveSign(lockFile), SIGN_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(signs);
    rmSync(lockFile, { force: true });
  }
}

async function acquire(lockFile, waitingFor) {
  let waiting;
  while (!tryAcquire(lockFile)) {
    waiting ??= new StepLine(`Waiting for ${waitingFor}`);
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

function giveSign(lockFile) {
  try {
    utimesSync(lockFile, new Date(), new Date());
  } catch {
    // Somebody has cleared the cache.
  }
}

/** A lock whose process is gone was left by an interrupted run. */
function isHeld(lockFile) {
  try {
    const content = readFileSync(lockFile, 'utf8');
    const isFresh = Date.now() - statSync(lockFile).mtimeMs < ABANDONED_AFTER_MS;
    return isFresh && (content === '' || isRunning(Number(content)));
  } catch {
    return false;
  }
}
