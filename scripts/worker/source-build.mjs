import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensureDebianPackages, isDebianLike } from '../lib/debian-packages.mjs';
import { run } from '../lib/run.mjs';
import { StepFailure } from '../lib/step-failure.mjs';
import { StepLine } from '../lib/step-line.mjs';
import { packageNames, workerBuildPackages } from '../system-packages.mjs';
import { MEDIASOUP_DIR, RECIPE_DIR } from './identity.mjs';
import { patchDtlsTransport } from './recipe/patch-dtls-transport.mjs';

// The compiler takes up to this much for one of the worker's files.
const MEMORY_PER_COMPILER_BYTES = 1024 ** 3;

/**
 * Builds the worker from the sources in the npm package and returns the path of the binary below `directory`.
 *
 * @param {{ directory: string, version: string, logFile: string }} request
 */
export async function buildFromSource({ directory, version, logFile }) {
  await ensureDebianPackages({ names: packageNames(workerBuildPackages), purpose: 'building the mediasoup worker' });
  const step = new StepLine(`Building mediasoup-worker ${version} from source`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(logFile, '');
    await configure(directory, logFile);
    await compile(directory, logFile, step);
  } catch (error) {
    step.failed();
    throw buildFailure(error, logFile);
  }
  step.done();
  return join(directory, 'build', 'mediasoup-worker');
}

function configure(directory, logFile) {
  const workerSource = join(MEDIASOUP_DIR, 'worker');
  const original = readFileSync(join(workerSource, 'src', 'RTC', 'DtlsTransport.cpp'), 'utf8');
  const patched = join(directory, 'DtlsTransport.cpp');
  writeFileSync(patched, patchDtlsTransport(original));
  const variables = [`-DWORKER_SOURCE_DIR=${workerSource}`, `-DPATCHED_DTLS_TRANSPORT=${patched}`];
  return run('cmake', ['-S', RECIPE_DIR, '-B', join(directory, 'build'), '-G', 'Ninja', ...variables], { logFile });
}

function compile(directory, logFile, step) {
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / MEMORY_PER_COMPILER_BYTES)));
  return run('ninja', ['-C', join(directory, 'build'), '-j', String(jobs)], {
    logFile,
    env: { ...process.env, NINJA_STATUS: '[%f/%t] ' },
    onLine: (line) => {
      const match = /^\[(\d+)\/(\d+)\]/.exec(line);
      if (match) step.progress(Number(match[1]) / Number(match[2]));
    },
  });
}

function buildFailure(error, logFile) {
  const todo = [
    `read the whole log: ${logFile}`,
    'or set MEDIASOUP_WORKER_BIN to a worker built elsewhere for this mediasoup version',
  ];
  if (!isDebianLike()) {
    todo.unshift(
      'the build wants cmake, ninja, a C++20 compiler, flatc, and the headers of libuv, OpenSSL 3, libsrtp 2, FlatBuffers and abseil',
    );
  }
  return new StepFailure({
    what: 'the mediasoup worker could not be built from source',
    tried: [error.message, ...(error.excerpt ?? [])],
    todo,
  });
}
