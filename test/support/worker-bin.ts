import { existsSync } from 'node:fs';
import { cachedWorkerPath } from '../../scripts/worker/identity.mjs';

/**
 * The path of the mediasoup worker for tests: what the bootstrap passes on, else the cached build, so that
 * `vitest run --project integration` works by itself once any of the npm commands has built it.
 */
export function workerBin(): string {
  const path = process.env.MEDIASOUP_WORKER_BIN || cachedWorkerPath();
  if (!existsSync(path)) throw new Error(`There is no mediasoup worker at ${path}; run \`npm start\` once to get one.`);
  return path;
}
