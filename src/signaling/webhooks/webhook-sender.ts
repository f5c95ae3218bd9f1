import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../shared/logger.ts';
import { signatureHeader, signWebhook } from './webhook-signature.ts';
import type { WaitingWebhook } from './webhook-store.ts';

type RoomEvent = 'roomStarted' | 'roomEnded' | 'participantJoined' | 'participantLeft' | 'trackPublished';
type MessageEvent = 'messageDelivered' | 'messageRead' | 'messageExpired';

export interface WebhookEvent {
  event: RoomEvent | MessageEvent;
  room: string;
  participant?: { id: string; identity?: string; name: string };
  track?: { id: string; kind: string; source: string };
  /** One that was sent through the HTTP API, and the user whom the event is about. */
  message?: { id: string; user: string };
}

export interface WebhookOptions {
  urls: readonly string[];
  /** Signs every body; the receiver holds the same secret. */
  secret: string;
  /** Events that wait for one receiver; what comes beyond is dropped, with a line in the log. */
  maxQueued: number;
  /** Attempts for one event before it is given up. */
  maxAttempts: number;
  /** Time for one attempt. */
  timeoutMs: number;
  /** Wait before the second attempt; doubled for each further one. */
  retryDelayMs: number;
  logger: Logger;
}

/** Tells other servers what happens in rooms: one queue a receiver, in order, each event until it is taken or given up. */
export class WebhookSender {
  readonly #receivers: Receiver[];
  readonly #logger: Logger;

  constructor(options: WebhookOptions) {
    this.#receivers = options.urls.map((url) => new Receiver(url, options));
    this.#logger = options.logger;
  }

  send(event: WebhookEvent): void {
    if (this.#receivers.length === 0) return;
    const body = JSON.stringify({ id: randomUUID(), at: Date.now(), ...event });
    for (const receiver of this.#receivers) receiver.push(body);
  }

  /** Takes up what an earlier run of the server could not send. */
  resume(waiting: readonly WaitingWebhook[]): void {
    for (const { url, body } of waiting) {
      const receiver = this.#receivers.find((candidate) => candidate.url === url);
      if (receiver) receiver.push(body);
      else this.#logger.warn({ url }, 'webhook dropped: its receiver is no longer configured');
    }
  }

  /** Resolves when every queue is empty. */
  async idle(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.idle()));
  }

  /** Ends attempts, and gives what no receiver has taken; idempotent. */
  close(): WaitingWebhook[] {
    return this.#receivers.flatMap((receiver) => receiver.close().map((body) => ({ url: receiver.url, body })));
  }
}

class Receiver {
  readonly url: string;
  readonly #options: WebhookOptions;
  /** What is being sent stays the first until it is taken or given up. */
  readonly #queue: string[] = [];
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;

  constructor(url: string, options: WebhookOptions) {
    this.url = url;
    this.#options = options;
  }

  push(body: string): void {
    if (this.#closing.signal.aborted) return;
    if (this.#queue.length > this.#options.maxQueued) {
      const { url } = this;
      this.#options.logger.warn({ url, queued: this.#queue.length }, 'webhook dropped: the receiver is too slow');
      return;
    }
    this.#queue.push(body);
    this.#working ??= this.#work();
  }

  async idle(): Promise<void> {
    await this.#working;
  }

  close(): string[] {
    this.#closing.abort();
    return this.#queue.splice(0);
  }

  /** What is pushed at the last moment is either seen here or starts the work anew: it ends in the turn that finds nothing. */
  async #work(): Promise<void> {
    for (let body = this.#queue[0]; body !== undefined; body = this.#queue[0]) {
      await this.#deliver(body);
      this.#queue.shift();
    }
    this.#working = undefined;
  }

  async #deliver(body: string): Promise<void> {
    const { maxAttempts, retryDelayMs, logger } = this.#options;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const failure = await this.#attempt(body);
      if (failure === undefined || this.#closing.signal.aborted) return;
      if (attempt === maxAttempts) logger.warn({ url: this.url, attempt, failure }, 'webhook given up');
      else await this.#wait(retryDelayMs * 2 ** (attempt - 1));
    }
  }

  /** @returns why the attempt failed, or undefined when the receiver took the event. */
  async #attempt(body: string): Promise<string | undefined> {
    const { secret, timeoutMs } = this.#options;
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        body,
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          [signatureHeader]: signWebhook({ secret, body, atSeconds: Math.floor(Date.now() / 1000) }),
        },
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `status ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
