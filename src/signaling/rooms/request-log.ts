import { bounds } from '../../protocol/bounds.ts';
import type { RequestId } from '../../protocol/envelope.ts';
import type { Method } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import { fingerprintOf } from './fingerprint.ts';

/** What makes a request the same as an earlier one. */
interface Identified {
  readonly id: RequestId | undefined;
  /** The whole message. */
  readonly text: string;
}

/** What a request was answered with: the JSON text of its result, or of its error. */
export interface Answer {
  readonly failed: boolean;
  readonly json: string;
}

/** Written anew for each request that takes its place: the hub would feel an object for each. */
interface AnsweredRequest {
  id: RequestId | undefined;
  fingerprint: number;
  answer: Answer;
}

/** A connection on which a request came again before it was answered. */
interface Asker {
  readonly peer: { readonly closed: boolean };
  tell(answer: Answer): void;
}

interface PendingRequest {
  readonly fingerprint: number;
  /** Those who have asked again meanwhile. */
  askers: Asker[];
}

/** Done anew each time: a ping changes nothing, and the log itself begins with a join and ends with a leave. */
const unlogged: ReadonlySet<string> = new Set<Method>(['join', 'leave', 'ping']);

/** Whether a request's repetition is recognised. */
export function isLogged(method: string): boolean {
  return !unlogged.has(method);
}

const none: Answer = { failed: false, json: '' };
/** Answers that are kept: as many as a client may miss. */
const capacity = bounds.unansweredRequests;

/**
 * A session's latest requests with their answers, by which one that is sent twice is carried out once: a client that does
 * not know what became of its requests asks again, usually over another connection. Those that are not answered yet are
 * all known, and of the others the latest. Whatever was answered behind an answer that a client misses, it misses too: so
 * a client with no more unanswered requests than are kept has lost none.
 */
export class RequestLog {
  readonly #maxChars: number;
  #pending: Map<RequestId | undefined, PendingRequest> | undefined;
  /** A ring. */
  readonly #answered: AnsweredRequest[] = [];
  #first = 0;
  #count = 0;
  #chars = 0;
  /** Of all numbers that were ids: clients that count are not looked up, because theirs are always higher. */
  #highest = Number.NEGATIVE_INFINITY;
  #byText: Map<string, AnsweredRequest> | undefined;
  /** Most answers are the same few texts, which are then kept once. */
  #latest = none;

  /** `maxChars` bounds the texts that are kept beside the latest. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** The answer of a request that came before; throws `requestIdReused` when its id was another's. */
  answerTo(request: Identified): Answer | undefined {
    const answered = this.#find(request.id);
    if (answered) requireSame(answered, request);
    return answered?.answer;
  }

  /** Requests that are not answered yet, on whichever connection they came. */
  get pending(): number {
    return this.#pending?.size ?? 0;
  }

  /**
   * Has the answer told when it is there, in place of connections that are gone. False when no such request is pending;
   * throws `requestIdReused`.
   */
  awaitAnswer(request: Identified, asker: Asker): boolean {
    const pending = this.#pending?.get(request.id);
    if (!pending) return false;
    requireSame(pending, request);
    pending.askers = [...pending.askers.filter(({ peer }) => !peer.closed), asker];
    return true;
  }

  /** A request takes its time. */
  begin({ id, text }: Identified): void {
    this.#pending ??= new Map();
    this.#pending.set(id, { fingerprint: fingerprintOf(text), askers: [] });
  }

  /** Keeps the answer, and tells it to those who have asked again. */
  keep(request: Identified, answer: Answer): void {
    this.#write(request, answer);
    if (this.#pending) this.#settle(request.id, answer);
  }

  /** The request was refused without having been looked at, so that it may be tried again under its id. */
  forget({ id }: Identified, answer: Answer): void {
    if (this.#pending) this.#settle(id, answer);
  }

  #settle(id: RequestId | undefined, answer: Answer): void {
    const pending = this.#pending?.get(id);
    if (!pending) return;
    this.#pending?.delete(id);
    for (const asker of pending.askers) asker.tell(answer);
  }

  #find(id: RequestId | undefined): AnsweredRequest | undefined {
    if (typeof id === 'string') return this.#byText?.get(id);
    if (id === undefined || id > this.#highest) return undefined;
    return this.#answered.find((answered) => answered.id === id);
  }

  #write({ id, text }: Identified, { failed, json }: Answer): void {
    if (json !== this.#latest.json || failed !== this.#latest.failed) this.#latest = { failed, json };
    if (this.#count === capacity) this.#dropFirst();
    const answered = this.#next();
    answered.id = id;
    answered.fingerprint = fingerprintOf(text);
    answered.answer = this.#latest;
    this.#count += 1;
    this.#chars += json.length;
    while (this.#chars > this.#maxChars && this.#count > 1) this.#dropFirst();
    if (typeof id === 'string') this.#index(id, answered);
    else if (id !== undefined && id > this.#highest) this.#highest = id;
  }

  #next(): AnsweredRequest {
    const place = (this.#first + this.#count) % capacity;
    const answered = this.#answered[place] ?? { id: undefined, fingerprint: 0, answer: none };
    if (place === this.#answered.length) this.#answered.push(answered);
    return answered;
  }

  #index(id: string, answered: AnsweredRequest): void {
    this.#byText ??= new Map();
    this.#byText.set(id, answered);
  }

  #dropFirst(): void {
    const answered = this.#answered[this.#first];
    this.#first = (this.#first + 1) % capacity;
    this.#count -= 1;
    if (!answered) return;
    if (typeof answered.id === 'string') this.#byText?.delete(answered.id);
    this.#chars -= answered.answer.json.length;
    answered.id = undefined;
    answered.answer = none;
  }
}

function requireSame(earlier: { fingerprint: number }, { text }: Identified): void {
  if (earlier.fingerprint !== fingerprintOf(text)) throw new CrosspointError('requestIdReused');
}
