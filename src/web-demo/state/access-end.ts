import type { CallClient } from './call-client.ts';
import { Deadline } from './deadline.ts';

/** Time enough to ask somebody for a newer link. */
const noticeMs = 5 * 60_000;
/** Clocks differ; the server ends the session at once. */
const graceMs = 10_000;
/** What a timer can be set to at most. */
const maxTimerMs = 2 ** 31 - 1;

/** The end of the access to the call, once it is near: who does not get a newer link by then has to leave. */
export class AccessEnd {
  readonly deadline = new Deadline(graceMs);
  readonly #client: CallClient;
  readonly #endings: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: CallClient) {
    this.#client = client;
    this.#endings = [
      client.on('stateChanged', ({ status }) => {
        if (status === 'joined') this.#follow();
      }),
      client.on('accessRenewed', () => this.#follow()),
    ];
  }

  close(): void {
    for (const end of this.#endings.splice(0)) end();
    this.#clear();
  }

  #follow(): void {
    this.#clear();
    const end = this.#client.accessExpiresAt;
    if (end !== undefined) this.#wait(end);
  }

  #wait(end: number): void {
    const waitMs = end - noticeMs - Date.now();
    if (waitMs <= 0) this.deadline.begin(end);
    else this.#timer = setTimeout(() => this.#wait(end), Math.min(waitMs, maxTimerMs));
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.deadline.clear();
  }
}
