import type { RequestId } from '../protocol/envelope.ts';
import type { ErrorCode } from '../protocol/error-codes.ts';
import type { Method } from '../protocol/requests.ts';
import { CrosspointError, toCrosspointError } from '../shared/errors.ts';
import { type DecodedRequest, decodeRequest, MalformedRequest } from './decode-request.ts';
import { nothing } from './handlers/handler.ts';
import { handlers } from './handlers/index.ts';
import type { HubServices } from './hub-services.ts';
import { JsonText } from './json-text.ts';
import type { Peer } from './peer.ts';
import { RequestContext } from './request-context.ts';
import { type Answer, isLogged, type RequestLog } from './rooms/request-log.ts';
import { isMethod, validateParams } from './validate-params.ts';

/** A request that is being handled. */
interface Task {
  request: DecodedRequest;
  context: RequestContext;
  /** Where the answer is kept for a repetition; absent where none is recognised. */
  log: RequestLog | undefined;
  startedMs: number;
}

const resultKey = ',"result":';
const errorKey = ',"error":';

/** Refusals of requests that were not looked at: they may be sent again under their ids, and are carried out then. */
const passingRefusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'rateLimited',
  'notAdmitted',
  'unknownMethod',
  'invalidParams',
]);

/**
 * Reads one connection's messages, has them handled, and answers each with an id exactly once. Requests begin in the order
 * in which they came; those behind a `join` wait for it, so that a client may send its first offer along with its join.
 * A request that its session has sent before gets the answer that it got then.
 */
export class Dispatcher {
  readonly #hub: HubServices;
  readonly #peer: Peer;
  /** Requests that came while a join was being handled; undefined when none is. */
  #behindJoin: DecodedRequest[] | undefined;
  #unanswered = 0;

  constructor(hub: HubServices, peer: Peer) {
    this.#hub = hub;
    this.#peer = peer;
  }

  /** Takes a message's text. With `refusal` the request is answered with that instead of being handled. */
  receive(text: string, refusal?: CrosspointError): void {
    try {
      const request = decodeRequest(text);
      if (refusal) this.#refuse(request, refusal);
      else this.#admit(request);
    } catch (error) {
      const told = toCrosspointError(error);
      this.#send(error instanceof MalformedRequest ? error.id : null, this.#failure(told));
    }
  }

  #admit(request: DecodedRequest): void {
    if (this.#isFull(this.#unanswered + (this.#behindJoin?.length ?? 0))) {
      this.#refuse(request, tooManyUnanswered());
    } else if (this.#behindJoin) {
      this.#behindJoin.push(request);
    } else {
      this.#start(request);
    }
  }

  #isFull(unanswered: number): boolean {
    return unanswered >= this.#hub.limits.maxPendingRequests;
  }

  #start(request: DecodedRequest): void {
    try {
      const log = this.#logFor(request);
      if (log && this.#isAnswered(request, log)) return;
      // Connections come and go while the session's requests take their time.
      if (log && this.#isFull(log.pending)) throw tooManyUnanswered();
      const context = new RequestContext(this.#hub, this.#peer, request.opaque);
      this.#handle({ request, context, log, startedMs: this.#startOf(request.method) });
    } catch (error) {
      this.#refuse(request, toCrosspointError(error));
    }
  }

  /** A join begins when it is heard, and an offer when it is looked at: it may have waited for the join. */
  #startOf(method: string): number {
    if (method === 'join') return this.#peer.heardAtMs;
    return isTimed(method) ? performance.now() : 0;
  }

  /** Requests without an id are carried out however often they come. */
  #logFor({ id, method }: DecodedRequest): RequestLog | undefined {
    if (id === undefined && method === 'join') {
      throw new CrosspointError('malformedMessage', { message: 'A join needs an id, for its reply.' });
    }
    return id !== undefined && isLogged(method) ? this.#peer.session?.requestLog : undefined;
  }

  /** Answers a request that came before, now or when the first one is answered. */
  #isAnswered(request: DecodedRequest, log: RequestLog): boolean {
    const answer = log.answerTo(request);
    if (answer) {
      this.#send(request.id, answer);
      return true;
    }
    const tell = (later: Answer) => {
      this.#unanswered -= 1;
      this.#send(request.id, later);
    };
    const isPending = log.awaitAnswer(request, { peer: this.#peer, tell });
    if (isPending) this.#unanswered += 1;
    return isPending;
  }

  #handle(task: Task): void {
    const { request, context, startedMs } = task;
    try {
      const result = this.#invoke(request, context);
      if (result instanceof Promise) {
        this.#await(task, result);
      } else {
        this.#succeed(task, result);
        if (request.method === 'join') this.#observe(request.method, startedMs);
      }
    } catch (error) {
      this.#fail(task, toCrosspointError(error));
    }
  }

  #invoke({ method, params }: DecodedRequest, context: RequestContext): unknown {
    if (!isMethod(method)) throw new CrosspointError('unknownMethod');
    this.#hub.counters.requests.add(method);
    return invoke(method, params, context);
  }

  #await(task: Task, result: Promise<unknown>): void {
    const { request, log, startedMs } = task;
    const { method } = request;
    this.#unanswered += 1;
    log?.begin(request);
    if (method === 'join') this.#behindJoin = [];
    const settle = (answer: () => void) => {
      this.#unanswered -= 1;
      answer();
      if (method === 'join') this.#goOn();
    };
    result.then(
      (value) => {
        settle(() => this.#succeed(task, value));
        if (isTimed(method)) this.#observe(method, startedMs);
      },
      (error: unknown) => settle(() => this.#fail(task, toCrosspointError(error))),
    );
  }

  /** Only an offer that the SFU answers takes its time; one that is relayed is answered at once. */
  #observe(method: string, startedMs: number): void {
    const { counters } = this.#hub;
    const seconds = (performance.now() - startedMs) / 1000;
    if (method === 'join') counters.joinSeconds.add(seconds);
    if (method === 'offer') counters.publishSeconds.add(seconds);
  }

  /** Starts what waited for the join. One of them may be another join, and then the rest waits for that. */
  #goOn(): void {
    const waiting = this.#behindJoin ?? [];
    this.#behindJoin = undefined;
    for (const request of waiting) this.#admit(request);
  }

  #succeed({ request, context, log }: Task, result: unknown): void {
    if (request.id !== undefined) {
      const pieces = result instanceof JsonText ? result.pieces : [textOf(result)];
      log?.keep(request, { failed: false, json: pieces.join('') });
      this.#write(request.id, resultKey, pieces);
    }
    context.answered();
  }

  #fail({ request, log }: Task, error: CrosspointError): void {
    const answer = this.#refuse(request, error);
    if (passingRefusals.has(error.code)) log?.forget(request, answer);
    else log?.keep(request, answer);
  }

  /** Names the method where there is no id by which the client could know what failed. */
  #refuse({ id, method }: DecodedRequest, error: CrosspointError): Answer {
    const answer = this.#failure(error, id === undefined ? method : undefined);
    this.#send(id, answer);
    return answer;
  }

  #failure(error: CrosspointError, method?: string): Answer {
    const { code, message, data } = error;
    this.#hub.counters.errors.add(code);
    if (code === 'internalError') this.#log(error);
    return { failed: true, json: JSON.stringify({ code, message, data, method }) };
  }

  #log(error: CrosspointError): void {
    const { session } = this.#peer;
    const place = session && { room: session.room.name, participant: session.participant.id };
    this.#hub.logger.error({ ...place, err: error.cause ?? error }, 'request failed');
  }

  #send(id: RequestId | null | undefined, { failed, json }: Answer): void {
    this.#write(id, failed ? errorKey : resultKey, [json]);
  }

  /** Puts what belongs around them to the pieces, which are not needed any more. */
  #write(id: RequestId | null | undefined, key: typeof resultKey | typeof errorKey, pieces: string[]): void {
    this.#peer.session?.takeRoomEvents();
    const name = typeof id === 'number' ? `${id}` : JSON.stringify(id ?? null);
    pieces.unshift('{"id":', name, key);
    pieces.push('}');
    this.#peer.outbox.pushText(pieces);
  }
}

/** Whose duration the metrics tell. */
function isTimed(method: string): boolean {
  return method === 'join' || method === 'offer';
}

function textOf(result: unknown): string {
  return result === nothing ? '{}' : JSON.stringify(result);
}

function tooManyUnanswered(): CrosspointError {
  const message = 'Too many requests are unanswered.';
  return new CrosspointError('rateLimited', { message, data: { retryAfterMs: 1_000 } });
}

function invoke<M extends Method>(method: M, params: unknown, context: RequestContext): unknown {
  return handlers[method](context, validateParams(method, params));
}
