import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRunning, withLock } from '../lib/lock.mjs';
import { StepFailure } from '../lib/step-failure.mjs';
import { StepLine } from '../lib/step-line.mjs';
import { cachedWorkerPath, readMediasoupPackage, workerCacheDir } from './identity.mjs';
import { downloadPrebuilt, prebuiltUrl } from './prebuilt.mjs';
import { buildFromSource } from './source-build.mjs';
import { findWorkerFault } from './verify.mjs';

const TEMPORARY_PREFIX = '.build-';

/**
 * Finds a mediasoup worker that starts on this machine and returns its path: MEDIASOUP_WORKER_BIN, the cache, the
 * official binary, a build from source, in this order. Only a worker that was started once enters the cache.
 */
export async function resolveWorker(env = process.env) {
  const mediasoup = readMediasoupPackage();
  if (env.MEDIASOUP_WORKER_BIN) return requireGivenWorker(env.MEDIASOUP_WORKER_BIN, mediasoup.version);
  const cached = cachedWorkerPath(env);
  if (await isUsable(cached, mediasoup.version)) return cached;
  const lock = { folder: workerCacheDir(env), waitingFor: 'another build of the mediasoup worker' };
  return withLock(lock, async () => {
    // Whoever held the lock before may have built it.
    if (await isUsable(cached, mediasoup.version)) return cached;
    return obtainWorker({ cached, mediasoup, env });
  });
}

async function requireGivenWorker(workerBin, version) {
  const fault = await findWorkerFault(workerBin, version);
  if (!fault) return workerBin;
  throw new StepFailure({
    what: `the worker that MEDIASOUP_WORKER_BIN names does not start: ${workerBin}`,
    tried: [fault],
    todo: [`let it name a worker of mediasoup ${version} for this machine, or unset it to have one fetched or built`],
  });
}

/** A worker in the cache may have stopped to start, as after an upgrade of the distribution's libraries. */
async function isUsable(workerBin, version) {
  return existsSync(workerBin) && (await findWorkerFault(workerBin, version)) === undefined;
}

async function obtainWorker({ cached, mediasoup, env }) {
  const cacheDir = workerCacheDir(env);
  removeAbandonedBuilds(cacheDir);
  const directory = join(cacheDir, `${TEMPORARY_PREFIX}${process.pid}`);
  mkdirSync(directory, { recursive: true });
  try {
    const { version } = mediasoup;
    const built =
      (await tryPrebuilt({ directory, mediasoup, env })) ??
      (await buildChecked({ directory, version, logFile: join(cacheDir, 'build.log') }));
    mkdirSync(dirname(cached), { recursive: true });
    renameSync(built, cached);
    return cached;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function tryPrebuilt({ directory, mediasoup, env }) {
  if (env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD) return undefined;
  const step = new StepLine(`Fetching the official mediasoup-worker ${mediasoup.version}`);
  const url = prebuiltUrl(mediasoup, env);
  try {
    const built = await downloadPrebuilt({ url, directory });
    const fault = await findWorkerFault(built, mediasoup.version);
    if (fault) throw new Error(`it does not start here: ${fault}`);
    step.done();
    return built;
  } catch (error) {
    step.note(`not available (${error.cause?.code ?? error.message}): ${url}`);
    return undefined;
  }
}

async function buildChecked({ directory, version, logFile }) {
  const built = await buildFromSource({ directory, version, logFile });
  const fault = await findWorkerFault(built, version);
  if (!fault) return built;
  throw new StepFailure({
    what: 'the mediasoup worker was built but does not start',
    tried: [fault],
    todo: [`read the build log: ${logFile}`],
  });
}

/** A build that was interrupted leaves its folder; it goes with the next build, once its process is gone. */
function removeAbandonedBuilds(cacheDir) {
  for (const name of readdirSync(cacheDir)) {
    if (!name.startsWith(TEMPORARY_PREFIX) || isRunning(Number(name.slice(TEMPORARY_PREFIX.length)))) continue;
    rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
}
