import { bounds } from '../../protocol/bounds.ts';
import type { RequestId } from '../../protocol/envelope.ts';
import type { Method } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';

/** What makes a request the same as an earlier one; reading the parameters again would cost more than it is worth. */
interface Identified {
  readonly id: RequestId | undefined;
  readonly method: string;
  /** Length of the message. */
  readonly size: number;
}

/** What a request was answered with: the JSON text of its result, or of its error. */
export interface Answer {
  readonly failed: boolean;
  readonly json: string;
}

interface AnsweredRequest extends Answer {
  readonly method: string;
  readonly size: number;
}

interface PendingRequest {
  readonly method: string;
  readonly size: number;
  /** Those who have asked again meanwhile. */
  readonly askers: ((answer: Answer) => void)[];
}

const none: ReadonlyMap<RequestId | undefined, AnsweredRequest> = new Map();

/** Done anew each time: a ping changes nothing, and a join begins the session whose log this is. */
const unlogged: ReadonlySet<string> = new Set<Method>(['join', 'ping']);

/** Whether a request's repetition is recognised. */
export function isLogged(method: string): boolean {
  return !unlogged.has(method);
}

/**
 * A session's latest requests with their answers, by which one that is sent twice is carried out once: a client that does
 * not know what became of its requests asks again, usually over another connection. Those that are not answered yet are
 * all known. Of the answered ones two generations are kept, the elder dropped when the younger is full; that costs less
 * than dropping them one by one. A client whose unanswered requests are never more than a generation has therefore lost
 * none: whatever was answered behind the one that it misses, it misses too.
 */
export class RequestLog {
  readonly #maxChars: number;
  #pending: Map<RequestId | undefined, PendingRequest> | undefined;
  #answered = new Map<RequestId | undefined, AnsweredRequest>();
  #earlier: ReadonlyMap<RequestId | undefined, AnsweredRequest> = none;
  #chars = 0;
  /** Most answers are the same few texts, which are then kept once. */
  #latestJson = '';

  /** `maxChars` bounds the texts that are kept, half for each generation. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** The answer of a request that came before; throws `requestIdReused` when its id was another's. */
  answerTo(request: Identified): Answer | undefined {
    const answered = this.#answered.get(request.id) ?? this.#earlier.get(request.id);
    if (answered) requireSame(answered, request);
    return answered;
  }

  /** Has the answer told when it is there. False when no such request is pending; throws `requestIdReused`. */
  awaitAnswer(request: Identified, asker: (answer: Answer) => void): boolean {
    const pending = this.#pending?.get(request.id);
    if (!pending) return false;
    requireSame(pending, request);
    pending.askers.push(asker);
    return true;
  }

  /** A request takes its time. */
  begin({ id, method, size }: Identified): void {
    this.#pending ??= new Map();
    this.#pending.set(id, { method, size, askers: [] });
  }

  /** Keeps the answer, and tells it to those who have asked again. */
  keep(request: Identified, { failed, json }: Answer): void {
    const { id, method, size } = request;
    if (json !== this.#latestJson) this.#latestJson = json;
    const answered = { method, size, failed, json: this.#latestJson };
    this.#chars += json.length;
    this.#answered.set(id, answered);
    if (this.#pending) this.#settle(id, answered);
    if (this.#answered.size >= bounds.unansweredRequests || this.#chars * 2 > this.#maxChars) this.#startGeneration();
  }

  /** The request was refused without having been looked at, so that it may be tried again under its id. */
  forget({ id }: Identified, answer: Answer): void {
    if (this.#pending) this.#settle(id, answer);
  }

  #settle(id: RequestId | undefined, answer: Answer): void {
    const pending = this.#pending?.get(id);
    if (!pending) return;
    this.#pending?.delete(id);
    for (const tell of pending.askers) tell(answer);
  }

  #startGeneration(): void {
    this.#earlier = this.#answered;
    this.#answered = new Map();
    this.#chars = 0;
  }
}

function requireSame(earlier: { method: string; size: number }, { method, size }: Identified): void {
  if (earlier.method !== method || earlier.size !== size) throw new CrosspointError('requestIdReused');
}
