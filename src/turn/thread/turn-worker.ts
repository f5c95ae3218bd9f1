import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { TurnLogger } from '../limit/limit-log.ts';
import type { ThreadCommand, ThreadEvent, WorkerSetup } from './thread-messages.ts';
import { TurnThread } from './turn-thread.ts';

/** The entry of a worker thread: one TurnThread, driven by the main thread's commands. */
async function runWorker(port: MessagePort, setup: WorkerSetup): Promise<void> {
  const thread = new TurnThread(setup, { logger: createForwardingLogger(port) });
  port.on('message', (command: ThreadCommand) => obey(thread, port, command));
  try {
    report(port, { type: 'opened', places: await thread.open(setup.places) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    report(port, { type: 'failed', message: error instanceof Error ? error.message : String(error), code });
    await thread.close();
    port.close();
  }
}

function obey(thread: TurnThread, port: MessagePort, command: ThreadCommand): void {
  if (command.type === 'setSecrets') thread.setSecrets(command.secrets);
  else if (command.type === 'revokeUser') thread.revokeUser(command.identity);
  else if (command.type === 'setAllowedPairs') thread.setAllowedPairs(command.pairs);
  else if (command.type === 'setCertificate') thread.setCertificate(command.certificate);
  else void thread.close().then(() => port.close());
}

function report(port: MessagePort, event: ThreadEvent): void {
  port.postMessage(event);
}

/** The main thread's logger writes what is logged here. */
function createForwardingLogger(port: MessagePort): TurnLogger {
  const forward = (level: 'debug' | 'info' | 'warn' | 'error') => (details: unknown, message?: unknown) => {
    const isObject = typeof details === 'object' && details !== null;
    const text = isObject ? message : details;
    report(port, { type: 'logged', level, details: isObject ? { ...details } : {}, message: String(text ?? '') });
  };
  return { debug: forward('debug'), info: forward('info'), warn: forward('warn'), error: forward('error') };
}

if (parentPort !== null) await runWorker(parentPort, workerData as WorkerSetup);
