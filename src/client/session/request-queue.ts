import { type Method, type RequestInput, type RequestResult, requests } from '../../protocol/requests.ts';
import { CrosspointClientError, type LocalErrorCode } from '../client-error.ts';
import type { ReplyFrame } from './decode-frame.ts';
import { writeJson } from './json-with-bytes.ts';
import { type Pace, Pacer } from './pacer.ts';

/** Requests that wait for being sent or answered; an application that has more is not listening to replies. */
const maxWaitingRequests = 256;
/** A server that is alive answers in milliseconds; media negotiation on a loaded one may take seconds. */
const replyTimeoutMs = 15_000;
/** How often a request that was refused for its rate is sent again. */
const maxRateRetries = 5;
const defaultRetryAfterMs = 1000;
const maxRetryAfterMs = 10_000;

/**
 * Requests whose repetition does no harm: sent again when a cut left their outcome unknown. The others are rejected then,
 * because a message or a relayed offer would arrive twice.
 */
const repeatable: ReadonlySet<Method> = new Set<Method>([
  'update',
  'mute',
  'unpublish',
  'subscribe',
  'unsubscribe',
  'receipt',
]);

/**
 * Negotiation with the server itself states a whole, so that saying it twice changes nothing. An acknowledged message has
 * an id, by which the server knows it again.
 */
function isRepeatable(method: Method, params: object): boolean {
  if ('acknowledge' in params && params.acknowledge === true) return true;
  return repeatable.has(method) || 'connection' in params;
}

/** Requests that mean the same in a new session; all others name what has gone with the old one. */
const portable: ReadonlySet<Method> = new Set<Method>(['message', 'receipt', 'update']);

interface Waiting {
  readonly id: number;
  readonly method: Method;
  readonly text: string;
  /** Sent without waiting for the gate: `join` itself, and `ping`. */
  readonly urgent: boolean;
  readonly repeatable: boolean;
  sent: boolean;
  rateRetries: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: CrosspointClientError) => void;
}

/**
 * The one queue of requests, across sockets and sessions. It is bounded and keeps their order. Requests leave while the
 * gate is open; at a cut the unsent and the repeatable ones stay for the next socket.
 */
export class RequestQueue {
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #send: ((text: string) => void) | undefined;
  #gateOpen = false;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #pacer: Pacer | undefined;
  #maxFrameBytes = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#waiting.size;
  }

  /** Gives the queue a socket; nothing but urgent requests leaves before `openGate`. */
  connect(send: (text: string) => void): void {
    this.#send = send;
  }

  /** Takes what the server announced; its count of the rate begins anew with each connection. */
  setLimits(limits: Pace & { maxFrameBytes: number }): void {
    this.#maxFrameBytes = limits.maxFrameBytes;
    this.#pacer = new Pacer(limits, performance.now());
  }

  openGate(): void {
    this.#gateOpen = true;
    this.#flush();
  }

  /** Keeps requests back: the session waits before the room's door. */
  closeGate(): void {
    this.#gateOpen = false;
  }

  /** Takes the socket away. What was sent and must not be repeated is rejected. */
  disconnect(): void {
    this.#send = undefined;
    this.#gateOpen = false;
    this.#endPause();
    for (const request of [...this.#waiting.values()]) {
      clearTimeout(request.timer);
      if (!request.sent) continue;
      request.sent = false;
      if (request.urgent || !request.repeatable) this.#reject(request, 'connectionLost');
    }
  }

  /** The session has ended but a new one begins: rejects what meant the old one. */
  dropForeign(): void {
    for (const request of [...this.#waiting.values()]) {
      if (!portable.has(request.method) && !request.urgent) this.#reject(request, 'sessionLost');
    }
  }

  rejectAll(error: CrosspointClientError): void {
    for (const request of [...this.#waiting.values()]) this.#remove(request).fail(error);
    this.#endPause();
  }

  /** Queues a request. Its outcome is told in the same turn as the reply arrives, before any frame behind it. */
  ask<M extends Method>(method: M, params: RequestInput<M>, { urgent = false, succeed, fail }: Outcome<M>): void {
    const handleResult = (result: unknown) => {
      const parsed = requests[method].result.safeParse(result);
      // The method selected the schema, which the compiler cannot follow through the table.
      if (parsed.success) succeed(parsed.data as RequestResult<M>);
      else fail(new CrosspointClientError('invalidReply', { cause: parsed.error }));
    };
    this.#add({ method, params, urgent, succeed: handleResult, fail });
  }

  /** Gives a reply to its request; replies to requests that were given up are ignored. */
  settle(reply: ReplyFrame): void {
    const request = typeof reply.id === 'number' ? this.#waiting.get(reply.id) : undefined;
    if (!request) return;
    if (reply.kind === 'result') return void this.#remove(request).succeed(reply.result);
    const { code, message, data } = reply.error;
    if (code === 'rateLimited' && this.#postpone(request, data)) return;
    if (code === 'notAdmitted' && this.#holdBack(request)) return;
    this.#remove(request).fail(new CrosspointClientError(code, { message, data }));
  }

  #add({ method, params, urgent, ...outcome }: AddedRequest): void {
    if (this.#waiting.size >= maxWaitingRequests) {
      outcome.fail(new CrosspointClientError('queueFull'));
      return;
    }
    const id = this.#nextId++;
    const text = writeJson({ id, method, params });
    if (exceeds(text, this.#maxFrameBytes)) {
      outcome.fail(new CrosspointClientError('messageTooLarge'));
      return;
    }
    const request: Waiting = {
      ...{ id, method, text, urgent, ...outcome },
      repeatable: isRepeatable(method, params),
      sent: false,
      rateRetries: 0,
      timer: undefined,
    };
    this.#waiting.set(id, request);
    if (urgent) this.#transmit(request);
    else this.#flush();
  }

  #flush(): void {
    if (!this.#gateOpen || this.#pause !== undefined) return;
    for (const request of [...this.#waiting.values()]) {
      if (request.sent) continue;
      const waitMs = this.#pacer?.take(performance.now()) ?? 0;
      if (waitMs > 0) {
        this.#pauseFor(waitMs);
        return;
      }
      this.#transmit(request);
    }
  }

  #transmit(request: Waiting): void {
    if (!this.#send) return;
    request.sent = true;
    request.timer = setTimeout(() => this.#reject(request, 'requestTimeout'), replyTimeoutMs);
    this.#send(request.text);
  }

  /** It was sent along with a join that has to wait; it leaves again once the gate opens. */
  #holdBack(request: Waiting): boolean {
    if (this.#gateOpen) return false;
    request.sent = false;
    clearTimeout(request.timer);
    return true;
  }

  /** Rate limits hold for the session: everything pauses, then goes on in order. */
  #postpone(request: Waiting, data: unknown): boolean {
    if (request.rateRetries >= maxRateRetries) return false;
    request.rateRetries += 1;
    request.sent = false;
    clearTimeout(request.timer);
    this.#pauseFor(retryAfterMs(data));
    return true;
  }

  #pauseFor(delayMs: number): void {
    this.#pause ??= setTimeout(() => {
      this.#endPause();
      this.#flush();
    }, delayMs);
  }

  #endPause(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #reject(request: Waiting, code: LocalErrorCode): void {
    this.#remove(request).fail(new CrosspointClientError(code));
  }

  #remove(request: Waiting): Waiting {
    clearTimeout(request.timer);
    this.#waiting.delete(request.id);
    return request;
  }
}

export interface Outcome<M extends Method> {
  /** Sent at once, without waiting for the gate. */
  urgent?: boolean;
  succeed: (result: RequestResult<M>) => void;
  fail: (error: CrosspointClientError) => void;
}

interface AddedRequest extends Pick<Waiting, 'method' | 'urgent' | 'succeed' | 'fail'> {
  params: object;
}

function retryAfterMs(data: unknown): number {
  const given = typeof data === 'object' && data !== null && 'retryAfterMs' in data ? data.retryAfterMs : undefined;
  return Math.min(typeof given === 'number' && given >= 0 ? given : defaultRetryAfterMs, maxRetryAfterMs);
}

/** A UTF-16 unit takes at most three bytes of UTF-8, so that most texts need no counting. */
function exceeds(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).byteLength > maxBytes;
}
