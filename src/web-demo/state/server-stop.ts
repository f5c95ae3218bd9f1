import { type ReadonlySignal, signal } from '@preact/signals';
import type { ClientState } from '../../client/index.ts';
import type { CallClient } from './call-client.ts';
import { Deadline } from './deadline.ts';

/** Clocks differ, and a server closes everybody's connection within a second: after this nobody waits for it any more. */
const graceMs = 60_000;

/** A server that is about to stop: how long the call still goes on there, and that it is on its way back. */
export class ServerStop {
  readonly deadline = new Deadline(graceMs);
  readonly #isRestarting = signal(false);
  readonly #endings: (() => void)[];
  #sessionOf: string | undefined;

  constructor(client: CallClient) {
    this.#endings = [
      client.on('drainAnnounced', (deadline) => this.#begin(deadline, client.self?.id)),
      client.on('stateChanged', (state) => this.#handleState(state, client.self?.id)),
    ];
  }

  /** The server has said goodbye and is expected back. */
  get isRestarting(): ReadonlySignal<boolean> {
    return this.#isRestarting;
  }

  close(): void {
    for (const end of this.#endings.splice(0)) end();
    this.#clear();
  }

  #begin(deadline: number, sessionOf: string | undefined): void {
    this.#sessionOf = sessionOf;
    this.deadline.begin(deadline);
  }

  /** A resumed session is still on the old server; a new one is not, or is told again. */
  #handleState(state: ClientState, self: string | undefined): void {
    if (state.status === 'joined') {
      this.#isRestarting.value = false;
      if (this.#sessionOf !== undefined && self !== this.#sessionOf) this.#clear();
    }
    if (state.status !== 'reconnecting' || state.code !== 'serverShutdown') return;
    this.#isRestarting.value = true;
    this.#clear();
  }

  #clear(): void {
    this.#sessionOf = undefined;
    this.deadline.clear();
  }
}
