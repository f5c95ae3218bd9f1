import { resolveWorker } from '../worker/resolve.mjs';

/** Puts the path of a mediasoup worker that starts into the environment of everything that is run afterwards. */
export async function prepareWorker() {
  process.env.MEDIASOUP_WORKER_BIN = await resolveWorker();
}
