import type { EventParams } from '../protocol/events.ts';
import { type ClientErrorCode, toClientError } from './client-error.ts';
import type { ReceivedMessage, ReceivedReceipt } from './client-events.ts';
import type { Session } from './session/session.ts';

/** Messages that are recognised when they come again: more than a server sends before it waits for receipts. */
const rememberedMessages = 4_096;
/** What one receipt may acknowledge. */
const ordinalsPerReceipt = 256;

/**
 * What the server still waits for afterwards, in the same session: it sends no more than it has not been told to have
 * arrived. Everything else comes again with the next join.
 */
const passingFailures: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  'requestTimeout',
  'queueFull',
  'rateLimited',
  'internalError',
]);

/**
 * Takes messages that the server sends until they are acknowledged: gives each to the application once, and acknowledges
 * it then. Receipts are collected while one is on its way, so that a full mailbox does not cost a request a message.
 */
export class Inbox {
  readonly #session: Pick<Session, 'request'>;
  readonly #seen = new Set<string>();
  #unacknowledged = new Set<number>();
  #sending = false;

  constructor(session: Pick<Session, 'request'>) {
    this.#session = session;
  }

  /** Passes a message on, unless it came before. */
  takeMessage(params: EventParams<'message'>, pass: (message: ReceivedMessage) => void): void {
    const { ordinal, id, from } = params;
    // Whose ids these are: a user's, or the one server's, which no identity can be mistaken for.
    const sender = params.fromUser ?? (from === 'server' ? '' : undefined);
    const key = id !== undefined && sender !== undefined ? `${sender}\n${id}` : undefined;
    if (key === undefined || this.#remember(key)) pass(messageOf(params));
    if (ordinal !== undefined) this.#acknowledge(ordinal);
  }

  takeReceipt(params: EventParams<'receipt'>, pass: (receipt: ReceivedReceipt) => void): void {
    const { ordinal, id, by, status, at } = params;
    if (this.#remember(`${ordinal}`)) pass({ id, by, status, at });
    this.#acknowledge(ordinal);
  }

  /** Tells the senders that messages were read. */
  async markRead(messages: readonly Pick<ReceivedMessage, 'ordinal'>[]): Promise<void> {
    const ordinals = messages.flatMap(({ ordinal }) => ordinal ?? []);
    for (let start = 0; start < ordinals.length; start += ordinalsPerReceipt) {
      const part = ordinals.slice(start, start + ordinalsPerReceipt);
      await this.#session.request('receipt', { ordinals: part, status: 'read' });
    }
  }

  /** False when it was known. */
  #remember(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedMessages && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }

  #acknowledge(ordinal: number): void {
    this.#unacknowledged.add(ordinal);
    if (!this.#sending) void this.#send();
  }

  /** Goes on until all is acknowledged, or a failure says that asking again now is of no use. */
  async #send(): Promise<void> {
    this.#sending = true;
    let goesOn = true;
    while (goesOn && this.#unacknowledged.size > 0) {
      const ordinals = [...this.#unacknowledged].slice(0, ordinalsPerReceipt);
      for (const ordinal of ordinals) this.#unacknowledged.delete(ordinal);
      const receipt = this.#session.request('receipt', { ordinals, status: 'delivered' });
      const failure = await receipt.then(() => undefined, codeOf);
      if (failure === undefined) continue;
      if (passingFailures.has(failure)) for (const ordinal of ordinals) this.#unacknowledged.add(ordinal);
      goesOn = failure === 'requestTimeout';
    }
    this.#sending = false;
  }
}

function codeOf(error: unknown): ClientErrorCode {
  return toClientError(error, 'connectionLost').code;
}

function messageOf(params: EventParams<'message'>): ReceivedMessage {
  const { from, to, toUser, type, at, body, id, fromUser, ordinal, history } = params;
  return {
    from,
    direct: to !== undefined || toUser !== undefined,
    type,
    at,
    body,
    ...(id !== undefined && { id }),
    ...(fromUser !== undefined && { fromUser }),
    ...(ordinal !== undefined && { ordinal }),
    ...(history && { history }),
  };
}
