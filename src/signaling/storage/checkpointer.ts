import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../shared/logger.ts';

/** Commits that a checkpoint may be behind: some two thousand pages, which are written in about ten milliseconds. */
const maxCommits = 100;
/** The same in time, and so what a crash of the machine may cost. */
const maxDelayMs = 1_000;
/**
 * Length of the write-ahead log, in pages of 4 KiB, at which a checkpoint is forced although somebody is always writing:
 * 64 MiB. Below it no write ever waits for the disk.
 */
const maxLogPages = 16_384;
/** Twice that: more is written than the disk takes, so that who writes has to wait for it, at most for so long at a time. */
const brakeLogBytes = 134_217_728;
const brakeMs = 2_000;

interface CheckpointerOptions {
  file: string;
  logger: Logger | undefined;
  /** The thread has ended by an error; it will not be started again. */
  onFailed: () => void;
}

/** Has what was committed written into the database file, and forced to the disk, by a thread. */
export class Checkpointer {
  readonly #worker: Worker;
  readonly #logFile: string;
  /** Its one element is 1 while the thread works. */
  readonly #working = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #commits = 0;
  #isWorking = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ file, logger, onFailed }: CheckpointerOptions) {
    this.#logFile = `${file}-wal`;
    const workerData = { file, maxLogPages, working: this.#working };
    this.#worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData });
    this.#worker.unref();
    this.#worker.on('message', () => this.#handleDone());
    this.#worker.on('error', (error) => {
      this.#stop();
      logger?.error({ err: error }, 'checkpoints of the database are made in the main thread from now on');
      onFailed();
    });
  }

  /** Something was written. */
  noteCommit(): void {
    if (this.#isClosed) return;
    this.#commits += 1;
    if (this.#isWorking && this.#commits % maxCommits === 0) this.#brake();
    else if (this.#commits >= maxCommits) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), maxDelayMs).unref();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#stop();
    // Not events.once, which an error of the thread would make throw: what the thread left undone, SQLite does on closing.
    const exited = Promise.withResolvers<void>();
    this.#worker.once('exit', () => exited.resolve());
    this.#worker.ref();
    this.#worker.postMessage('close');
    await exited.promise;
  }

  #begin(): void {
    if (this.#isWorking || this.#isClosed) return;
    this.#isWorking = true;
    Atomics.store(this.#working, 0, 1);
    this.#commits = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#worker.postMessage('checkpoint');
  }

  /** What was committed meanwhile waits for the next one. */
  #handleDone(): void {
    this.#isWorking = false;
    if (this.#commits >= maxCommits) this.#begin();
  }

  #brake(): void {
    const logBytes = statSync(this.#logFile, { throwIfNoEntry: false })?.size ?? 0;
    if (logBytes > brakeLogBytes) Atomics.wait(this.#working, 0, 1, brakeMs);
  }

  #stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }
}
