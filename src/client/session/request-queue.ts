import { bounds } from '../../protocol/bounds.ts';
import { type Method, type RequestInput, type RequestResult, requests } from '../../protocol/requests.ts';
import { CrosspointClientError, type LocalErrorCode } from '../client-error.ts';
import type { ReplyFrame } from './decode-frame.ts';
import { writeJson } from './json-with-bytes.ts';
import { type Pace, Pacer } from './pacer.ts';
import { endsWithConnection, isPortable, mayBeRepeated } from './request-rules.ts';
import { type AddedRequest, type Outcome, retryAfterMs, type WaitingRequest } from './waiting-request.ts';

/** Requests that wait for being sent or answered; an application that has more is not listening to replies. */
const maxWaitingRequests = 256;
/** A server that is alive answers in milliseconds; media negotiation on a loaded one may take seconds. */
const replyTimeoutMs = 15_000;
/** A reply is waited for longer than the heartbeat takes to find a dead connection: over another one it still comes. */
const afterHeartbeatMs = 5_000;
/** How often a request that was refused for its rate is sent again. */
const maxRateRetries = 5;

/**
 * The one queue of requests, across sockets and sessions. It is bounded and keeps their order. Requests leave while the
 * gate is open. At a cut they stay for the next socket: the server knows those that it has carried out by their ids, as
 * long as no more are unanswered than it remembers.
 */
export class RequestQueue {
  readonly #waiting = new Map<number, WaitingRequest>();
  #nextId = 1;
  #send: ((text: string) => void) | undefined;
  #gateOpen = false;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #pacer: Pacer | undefined;
  #maxFrameBytes = Number.POSITIVE_INFINITY;
  #replyTimeoutMs = replyTimeoutMs;

  get size(): number {
    return this.#waiting.size;
  }

  /** Gives the queue a socket; nothing but urgent requests leaves before `openGate`. */
  connect(send: (text: string) => void): void {
    this.#send = send;
  }

  /** Takes what the server announced; its count of the rate begins anew with each connection. */
  setLimits({ limits, heartbeat }: Announced): void {
    this.#maxFrameBytes = limits.maxFrameBytes;
    this.#replyTimeoutMs = Math.max(replyTimeoutMs, heartbeat.timeoutMs + afterHeartbeatMs);
    this.#pacer = new Pacer(limits, performance.now());
  }

  openGate(): void {
    this.#gateOpen = true;
    this.#flush();
  }

  /** Keeps all but urgent requests back: the session waits before the room's door. */
  closeGate(): void {
    this.#gateOpen = false;
    for (const request of [...this.#waiting.values()]) if (request.urgent && !request.sent) this.#transmit(request);
  }

  /** Takes the socket away. What was about the connection goes with it, all else waits for the next one. */
  disconnect(): void {
    this.#send = undefined;
    this.#gateOpen = false;
    this.#endPause();
    for (const request of [...this.#waiting.values()]) {
      clearTimeout(request.timer);
      if (endsWithConnection(request.method)) this.#reject(request, 'connectionLost');
      request.uncertain ||= request.sent;
      request.sent = false;
    }
  }

  /**
   * The session has ended but a new one begins, which knows no ids of the old one: rejects what meant the old one, and
   * what may have been carried out and must not be done twice. Urgent requests are about the new one, or a newer token.
   */
  dropForeign(): void {
    for (const request of [...this.#waiting.values()]) {
      if (request.urgent) continue;
      if (!isPortable(request.method)) this.#reject(request, 'sessionLost');
      else if (request.uncertain && !request.repeatable) this.#reject(request, 'connectionLost');
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
    if (reply.kind === 'result') this.#remove(request).succeed(reply.result);
    else this.#handleError(request, reply.error);
    // There is room for another unanswered one.
    this.#flush();
  }

  /**
   * Sends a request to which there is no reply unless it fails: at once, or never. What waits is not overtaken, but for
   * urgent ones. False when it was not sent.
   */
  post<M extends Method>(method: M, params: RequestInput<M>, { urgent = false } = {}): boolean {
    const text = writeJson({ method, params });
    if (!this.#send || exceeds(text, this.#maxFrameBytes)) return false;
    if (!urgent && !this.#isFree()) return false;
    this.#send(text);
    return true;
  }

  #handleError(request: WaitingRequest, { code, message, data }: Refusal): void {
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
    const request: WaitingRequest = {
      ...{ id, method, text, urgent, ...outcome },
      repeatable: mayBeRepeated(method, params),
      sent: false,
      uncertain: false,
      rateRetries: 0,
      timer: undefined,
    };
    this.#waiting.set(id, request);
    if (urgent) this.#transmit(request);
    else this.#flush();
  }

  #flush(): void {
    if (!this.#gateOpen || this.#pause !== undefined) return;
    const requests = [...this.#waiting.values()];
    let unanswered = requests.filter(({ sent }) => sent).length;
    for (const request of requests) {
      if (request.sent) continue;
      unanswered += 1;
      if (unanswered > bounds.unansweredRequests) return;
      const waitMs = this.#pacer?.take(performance.now()) ?? 0;
      if (waitMs > 0) {
        this.#pauseFor(waitMs);
        return;
      }
      this.#transmit(request);
    }
  }

  /** Nothing waits to be sent, and another request is within the rate. */
  #isFree(): boolean {
    if (!this.#gateOpen || this.#pause !== undefined) return false;
    for (const { sent } of this.#waiting.values()) if (!sent) return false;
    return (this.#pacer?.take(performance.now()) ?? 0) === 0;
  }

  #transmit(request: WaitingRequest): void {
    if (!this.#send) return;
    const timeoutMs = endsWithConnection(request.method) ? replyTimeoutMs : this.#replyTimeoutMs;
    request.sent = true;
    request.timer = setTimeout(() => this.#handleSilence(request), timeoutMs);
    this.#send(request.text);
  }

  #handleSilence(request: WaitingRequest): void {
    this.#reject(request, 'requestTimeout');
    this.#flush();
  }

  /** It was sent along with a join that has to wait; it leaves again once the gate opens. */
  #holdBack(request: WaitingRequest): boolean {
    if (this.#gateOpen) return false;
    request.sent = false;
    clearTimeout(request.timer);
    return true;
  }

  /** Rate limits hold for the session: everything pauses, then goes on in order. */
  #postpone(request: WaitingRequest, data: unknown): boolean {
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

  #reject(request: WaitingRequest, code: LocalErrorCode): void {
    this.#remove(request).fail(new CrosspointClientError(code));
  }

  #remove(request: WaitingRequest): WaitingRequest {
    clearTimeout(request.timer);
    this.#waiting.delete(request.id);
    return request;
  }
}

type Refusal = Extract<ReplyFrame, { kind: 'error' }>['error'];

/** What the join reply says of how to ask. */
interface Announced {
  limits: Pace & { maxFrameBytes: number };
  heartbeat: { timeoutMs: number };
}

/** A UTF-16 unit takes at most three bytes of UTF-8, so that most texts need no counting. */
function exceeds(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).byteLength > maxBytes;
}
