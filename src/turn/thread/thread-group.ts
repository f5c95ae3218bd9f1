import { turnLimits } from '../../shared/limits.ts';
import type { TurnLogger } from '../limit/limit-log.ts';
import type { AddressAndPort, AllowPeer } from '../limit/peer-filter.ts';
import type { ListenerPlace } from '../listener/listeners.ts';
import { clearThread } from './thread-memory.ts';
import type { CertificatePem, ThreadCommand, WorkerSetup } from './thread-messages.ts';
import { TurnThread } from './turn-thread.ts';
import { WorkerThread } from './worker-thread.ts';

type GroupSetup = Omit<WorkerSetup, 'index' | 'places' | 'revokedUsers'>;

/** One TurnThread in this thread, or a fixed number in workers that share the listening ports. */
export class ThreadGroup {
  readonly #environment: { readonly logger: TurnLogger; readonly allowPeer: AllowPeer | undefined };
  readonly #workers: WorkerThread[] = [];
  /** What a worker that has to be started again must know. */
  #setup: GroupSetup;
  #revokedUsers: string[] = [];
  #own: TurnThread | undefined;
  #places: readonly ListenerPlace[] = [];
  #closing: Promise<void> | undefined;

  constructor(setup: GroupSetup, environment: { logger: TurnLogger; allowPeer: AllowPeer | undefined }) {
    this.#setup = setup;
    this.#environment = environment;
  }

  get places(): readonly ListenerPlace[] {
    return this.#places;
  }

  /** The first thread settles the ports; the others join it there. */
  async open(places: readonly ListenerPlace[]): Promise<void> {
    const { threads } = this.#setup.options;
    this.#places = places;
    if (threads === 0) return this.#openHere();
    try {
      for (let index = 0; index < threads; index += 1) await this.#startWorker(index);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  setSecrets(secrets: string[]): void {
    this.#setup = { ...this.#setup, options: { ...this.#setup.options, secrets } };
    this.#own?.setSecrets(secrets);
    this.#tellWorkers({ type: 'setSecrets', secrets });
  }

  revokeUser(identity: string): void {
    this.#revokedUsers = [...this.#revokedUsers, identity].slice(-turnLimits.maxRevokedUsers);
    this.#own?.revokeUser(identity);
    this.#tellWorkers({ type: 'revokeUser', identity });
  }

  setAllowedPairs(pairs: readonly AddressAndPort[]): void {
    this.#setup = { ...this.#setup, allowedPairs: pairs };
    this.#own?.setAllowedPairs(pairs);
    this.#tellWorkers({ type: 'setAllowedPairs', pairs });
  }

  setCertificate(certificate: CertificatePem | undefined): void {
    if (certificate === undefined) return;
    this.#setup = { ...this.#setup, certificate };
    this.#own?.setCertificate(certificate);
    this.#tellWorkers({ type: 'setCertificate', certificate });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #openHere(): Promise<void> {
    this.#own = new TurnThread({ ...this.#setup, index: 0, revokedUsers: [] }, this.#environment);
    try {
      this.#places = await this.#own.open(this.#places);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #startWorker(index: number): Promise<void> {
    const setup = { ...this.#setup, index, places: this.#places, revokedUsers: this.#revokedUsers };
    const onExit = (error: unknown) => void this.#restartWorker(index, error);
    const worker = await WorkerThread.start(setup, { logger: this.#environment.logger, onExit });
    if (this.#closing !== undefined) return worker.close();
    this.#places = worker.places;
    this.#workers[index] = worker;
  }

  /** A worker that ended by a fault is replaced, since the number of sockets decides which client reaches which. */
  async #restartWorker(index: number, error: unknown): Promise<void> {
    this.#environment.logger.error(
      { err: error, thread: index },
      'a TURN worker ended unexpectedly and is started again',
    );
    clearThread(this.#setup.memory, index);
    if (this.#closing !== undefined) return;
    try {
      await this.#startWorker(index);
    } catch (failure) {
      this.#environment.logger.error({ err: failure, thread: index }, 'a TURN worker could not be started again');
    }
  }

  #tellWorkers(command: ThreadCommand): void {
    for (const worker of this.#workers) worker.command(command);
  }

  async #closeAll(): Promise<void> {
    await Promise.all([this.#own?.close(), ...this.#workers.map((worker) => worker.close())]);
  }
}
