import type { RequestId } from '../protocol/envelope.ts';
import type { Method } from '../protocol/requests.ts';
import { CrosspointError, toCrosspointError } from '../shared/errors.ts';
import { type DecodedRequest, decodeRequest, MalformedRequest } from './decode-request.ts';
import { handlers } from './handlers/index.ts';
import type { HubServices } from './hub-services.ts';
import { JsonText } from './json-text.ts';
import type { Peer } from './peer.ts';
import { RequestContext } from './request-context.ts';
import { isMethod, validateParams } from './validate-params.ts';

/** What an answer is for. */
interface Asked {
  /** Absent when no reply is wanted unless the request fails. */
  id: RequestId | undefined;
  method: string;
}

interface PendingRequest extends Asked {
  result: Promise<unknown>;
  context: RequestContext;
  startedMs: number;
}

/**
 * Reads one connection's messages, has them handled, and answers each with an id exactly once. Requests begin in the order
 * in which they came; those behind a `join` wait for it, so that a client may send its first offer along with its join.
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
      this.#tellError(error instanceof MalformedRequest ? error.id : null, toCrosspointError(error));
    }
  }

  #admit(request: DecodedRequest): void {
    const waiting = this.#unanswered + (this.#behindJoin?.length ?? 0);
    if (waiting >= this.#hub.limits.maxPendingRequests) {
      const message = 'Too many requests are unanswered.';
      this.#refuse(request, new CrosspointError('rateLimited', { message, data: { retryAfterMs: 1_000 } }));
    } else if (this.#behindJoin) {
      this.#behindJoin.push(request);
    } else {
      this.#start(request);
    }
  }

  #start(request: DecodedRequest): void {
    const { id, method, params, opaque } = request;
    if (method === 'join' && id === undefined) {
      this.#refuse(request, new CrosspointError('malformedMessage', { message: 'A join needs an id, for its reply.' }));
      return;
    }
    const context = new RequestContext(this.#hub, this.#peer, opaque);
    const startedMs = performance.now();
    try {
      const result = this.#handle(method, params, context);
      if (result instanceof Promise) this.#await({ id, method, result, context, startedMs });
      else this.#answer(id, result, context);
      if (method === 'join' && !(result instanceof Promise)) this.#observe(method, startedMs);
    } catch (error) {
      this.#refuse(request, toCrosspointError(error));
    }
  }

  #handle(method: string, params: unknown, context: RequestContext): unknown {
    if (!isMethod(method)) throw new CrosspointError('unknownMethod');
    this.#hub.counters.requests.add(method);
    return invoke(method, params, context);
  }

  #await(pending: PendingRequest): void {
    const { id, method, result, context, startedMs } = pending;
    this.#unanswered += 1;
    if (method === 'join') this.#behindJoin = [];
    const settle = (answer: () => void) => {
      this.#unanswered -= 1;
      answer();
      if (method === 'join') this.#goOn();
    };
    result.then(
      (value) => {
        settle(() => this.#answer(id, value, context));
        this.#observe(method, startedMs);
      },
      (error: unknown) => settle(() => this.#refuse(pending, toCrosspointError(error))),
    );
  }

  /** Only an offer that the SFU answers takes its time; one that is relayed is answered at once. */
  #observe(method: string, startedMs: number): void {
    const { counters } = this.#hub;
    const seconds = (performance.now() - startedMs) / 1000;
    if (method === 'join') counters.joinSeconds.observe(seconds);
    if (method === 'offer') counters.publishSeconds.observe(seconds);
  }

  /** Starts what waited for the join. One of them may be another join, and then the rest waits for that. */
  #goOn(): void {
    const waiting = this.#behindJoin ?? [];
    this.#behindJoin = undefined;
    for (const request of waiting) this.#admit(request);
  }

  #answer(id: RequestId | undefined, result: unknown, context: RequestContext): void {
    if (id !== undefined) {
      const json = result instanceof JsonText ? result.text : JSON.stringify(result);
      this.#reply(`{"id":${JSON.stringify(id)},"result":${json}}`);
    }
    context.answered();
  }

  #refuse({ id, method }: Asked, error: CrosspointError): void {
    if (id === undefined) this.#tellError(null, error, method);
    else this.#tellError(id, error);
  }

  /** Names the method where there is no id by which the client could know what failed. */
  #tellError(id: RequestId | null, error: CrosspointError, method?: string): void {
    const { code, message, data } = error;
    this.#hub.counters.errors.add(code);
    if (code === 'internalError') this.#log(error);
    this.#reply(JSON.stringify({ id, error: { code, message, data, method } }));
  }

  #log(error: CrosspointError): void {
    const { session } = this.#peer;
    const place = session && { room: session.room.name, participant: session.participant.id };
    this.#hub.logger.error({ ...place, err: error.cause ?? error }, 'request failed');
  }

  #reply(text: string): void {
    this.#peer.session?.takeRoomEvents();
    this.#peer.outbox.pushText(text);
  }
}

function invoke<M extends Method>(method: M, params: unknown, context: RequestContext): unknown {
  return handlers[method](context, validateParams(method, params));
}
