import { spawn } from 'node:child_process';

const START_TIMEOUT_MS = 10_000;
const MAX_STDERR_CHARACTERS = 600;

/**
 * Starts a worker as mediasoup does, with its channel on file descriptors 3 and 4, and waits for its first message,
 * "running". Resolves to undefined when it came, otherwise to the reason why not.
 *
 * @param {string} workerBin
 * @param {string} version the mediasoup version, which the worker wants to be told
 * @returns {Promise<string | undefined>}
 */
export function findWorkerFault(workerBin, version) {
  const child = spawn(workerBin, ['--logLevel=none'], {
    env: { ...process.env, MEDIASOUP_VERSION: version },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr = (stderr + text).slice(-MAX_STDERR_CHARACTERS);
  });
  return new Promise((resolve) => {
    const finish = (fault) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(fault);
    };
    const timer = setTimeout(() => finish(`it said nothing for ${START_TIMEOUT_MS / 1000} seconds`), START_TIMEOUT_MS);
    child.once('error', (error) => finish(error.message));
    child.once('close', (code, signal) =>
      finish(`it ended with ${signal ?? `code ${code}`}: ${stderr.trim() || 'no output'}`),
    );
    child.stdio[3].on('error', () => {});
    child.stdio[4].on('error', () => {}).once('data', () => finish(undefined));
  });
}
