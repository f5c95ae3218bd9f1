import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type Finding, good, stop } from './finding.ts';

const CHECK_TIMEOUT_MS = 10_000;
/** The worker's exit code when it runs, but was not started by mediasoup. */
const NOT_OUR_PARENT_EXIT_CODE = 41;

const failureSchema = z.object({ code: z.union([z.number(), z.string(), z.null()]), message: z.string() });

/** Whether the worker program runs on this machine, with the libraries it needs. */
export async function checkWorker(workerBin: string | undefined): Promise<Finding> {
  if (workerBin === undefined) {
    return stop('there is no mediasoup worker', 'run `npm start` or `npm run doctor`, which fetch or build one');
  }
  const failure = await runWithoutParent(workerBin);
  if (failure?.code === NOT_OUR_PARENT_EXIT_CODE) return good(`the mediasoup worker starts: ${workerBin}`);
  return stop(
    `the mediasoup worker does not start: ${failure?.message ?? 'it ended at once'}`,
    'set MEDIASOUP_WORKER_BIN to one for this machine, or unset it to have one fetched or built',
  );
}

async function runWithoutParent(workerBin: string) {
  try {
    await promisify(execFile)(workerBin, [], { env: {}, timeout: CHECK_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    return failureSchema.parse(error);
  }
}
