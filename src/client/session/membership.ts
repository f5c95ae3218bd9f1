import type { RequestInput, RequestResult } from '../../protocol/requests.ts';
import type { CrosspointClientError } from '../client-error.ts';
import type { JoinOptions, SelfUpdate } from '../options.ts';

export type JoinResult = RequestResult<'join'>;

interface FirstJoin {
  resolve: (result: JoinResult) => void;
  reject: (error: CrosspointClientError) => void;
}

/** What is needed to be in a room again on another socket: as the same session, or as a new one. */
export class Membership {
  /** Pending until the first join has succeeded or failed. */
  firstJoin: FirstJoin | undefined;
  /** The join reply of a session that waits before the room's door. */
  held: JoinResult | undefined;
  #options: JoinOptions;
  /** What resumes the session; undefined before the first join and when only a new one will do. */
  #ticket: { session: string; token: string } | undefined;
  #lastSeq = 0;

  constructor(options: JoinOptions, firstJoin: FirstJoin) {
    this.#options = options;
    this.firstJoin = firstJoin;
  }

  /** A session goes on, rather than that a new one begins. */
  get isResumable(): boolean {
    return this.#ticket !== undefined;
  }

  /** Nobody has let the person into the room yet, so that a failure is the application's to handle. */
  get isUntried(): boolean {
    return this.firstJoin !== undefined && this.held === undefined;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** What a join has to say now. A new session may need a token that the application gets first; a resume needs none. */
  joinParams(): RequestInput<'join'> | Promise<RequestInput<'join'>> {
    const { token, ...params } = this.#options;
    if (this.#ticket) return { ...params, resume: { ...this.#ticket, seq: this.#lastSeq } };
    if (typeof token !== 'function') return { ...params, ...(token !== undefined && { token }) };
    return Promise.resolve(token()).then((current) => ({ ...params, token: current }));
  }

  handleJoined({ session, resumeToken: token, resumed, seq }: JoinResult): void {
    if (!resumed) this.#lastSeq = seq;
    this.#ticket = { session, token };
  }

  /** The session cannot be resumed. */
  handleSessionLost(): void {
    this.#ticket = undefined;
  }

  /** For later rejoins. */
  update(update: SelfUpdate): void {
    this.#options = { ...this.#options, ...update };
  }

  /** A function goes on giving the tokens. */
  refreshToken(token: string): void {
    if (typeof this.#options.token !== 'function') this.#options = { ...this.#options, token };
  }

  /** Counts an event. `known`: it has come before. `gap`: others are missing before it. */
  takeEvent(seq: number): 'next' | 'known' | 'gap' {
    if (seq <= this.#lastSeq) return 'known';
    if (seq > this.#lastSeq + 1) return 'gap';
    this.#lastSeq = seq;
    return 'next';
  }
}
