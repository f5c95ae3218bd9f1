import type { EventParams } from '../../protocol/events.ts';
import type { Method, RequestInput, RequestResult } from '../../protocol/requests.ts';
import { CrosspointClientError } from '../client-error.ts';
import type { ClientState } from '../client-events.ts';
import { EventEmitter } from '../event-emitter.ts';
import type { ClientLogger, ClientOptions, JoinOptions, SelfUpdate } from '../options.ts';
import { Connector } from './connector.ts';
import type { LinkEvent } from './link.ts';
import { type JoinResult, Membership } from './membership.ts';
import { watchNetwork } from './network-watch.ts';
import { RequestQueue } from './request-queue.ts';
import { signalingUrl } from './signaling-url.ts';
import { TokenRenewal } from './token-renewal.ts';

export interface Established {
  result: JoinResult;
  /** `resumed`: the session goes on and missed events follow. `rejoined`: a new session took the place of the old one. */
  how: 'joined' | 'resumed' | 'rejoined';
}

/** What the session leaves to others: all events but its own beginning and end. */
export type SessionEvent = Exclude<LinkEvent, { name: 'admitted' }>;

interface SessionEvents {
  /** Before the state changes to joined, and before any event of the session. */
  established: [established: Established];
  eventReceived: [event: SessionEvent];
  /** The session goes on with another token, whose grants may be others. */
  accessRenewed: [access: RequestResult<'refreshToken'>];
  stateChanged: [state: ClientState, previous: ClientState];
  /** The network is another than before; media paths should be checked. Only told while joined. */
  networkChanged: [];
}

const silentLogger: ClientLogger = { debug: () => {}, info: () => {}, warn: () => {} };
/** Ends the session too. */
const closeGoodbye = 1000;

/** Being in a room, across connections: what is asked for, what state that is in, and its beginning and end. */
export class Session extends EventEmitter<SessionEvents> {
  readonly #url: string;
  readonly #options: ClientOptions;
  readonly #logger: ClientLogger;
  readonly #queue = new RequestQueue();
  #state: ClientState = { status: 'idle' };
  #membership: Membership | undefined;
  #connector: Connector | undefined;
  #renewal: TokenRenewal | undefined;
  #networkChanged = false;
  #stopWatching: (() => void) | undefined;

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.#url = signalingUrl(options.url, options.compress);
    this.#logger = options.logger ?? silentLogger;
  }

  get state(): ClientState {
    return this.#state;
  }

  open(options: JoinOptions): Promise<JoinResult> {
    if (this.#membership) {
      return Promise.reject(new CrosspointClientError('invalidState', { message: 'Already in a room; leave first.' }));
    }
    return new Promise((resolve, reject) => {
      const membership = new Membership(options, { resolve, reject });
      this.#membership = membership;
      this.#connector = this.#createConnector(membership);
      this.#renewal = this.#createRenewal(options);
      this.#stopWatching = this.#watchNetwork();
      this.#setState({ status: 'connecting' });
      this.#connector?.connect();
    });
  }

  request<M extends Method>(method: M, params: RequestInput<M>, urgent = false): Promise<RequestResult<M>> {
    return new Promise((resolve, reject) => {
      if (!this.#membership) reject(new CrosspointClientError('invalidState', { message: 'Not in a room.' }));
      else this.#queue.ask(method, params, { urgent, succeed: resolve, fail: reject });
    });
  }

  /** Sends a request of which nobody will hear again. False when it cannot be sent now, and then it never is. */
  post<M extends Method>(method: M, params: RequestInput<M>): boolean {
    return this.#queue.post(method, params);
  }

  /** Changes the own name or metadata, for later rejoins too. */
  async update(update: SelfUpdate): Promise<void> {
    const membership = this.#membership;
    await this.request('update', update);
    membership?.update(update);
  }

  /** Goes on with a new token, which later rejoins use too unless they get their own. */
  async refreshToken(token: string): Promise<RequestResult<'refreshToken'>> {
    const membership = this.#membership;
    const result = await this.request('refreshToken', { token }, true);
    if (this.#membership !== membership) return result;
    membership?.refreshToken(token);
    this.#renewal?.schedule(result.expiresAt);
    this.emit('accessRenewed', result);
    return result;
  }

  /** Says goodbye and is done, without waiting for a reply: a page that is being closed could not. */
  async leave(): Promise<void> {
    if (!this.#membership) return;
    this.#queue.post('leave', {}, { urgent: true });
    this.#finish(new CrosspointClientError('left'), { status: 'idle' });
  }

  #createConnector(membership: Membership): Connector {
    const own = { url: this.#url, logger: this.#logger, membership, queue: this.#queue };
    const connector = new Connector({ ...this.#options, ...own });
    connector.on('joined', (result) => this.#handleJoined(membership, result));
    connector.on('eventReceived', (event) => {
      if (event.name === 'admitted') this.#handleAdmitted(membership, event.params);
      else this.emit('eventReceived', event);
    });
    connector.on('reconnecting', (state) => this.#setState(state));
    connector.on('gaveUp', (error, state) => this.#finish(error, state));
    return connector;
  }

  /** Where the application gives one token only, it has to see to the next itself. */
  #createRenewal({ token }: JoinOptions): TokenRenewal | undefined {
    if (typeof token !== 'function') return undefined;
    return new TokenRenewal({
      token,
      renew: (current) => this.refreshToken(current),
      serverTimeMs: async () => (await this.request('ping', {}, true)).now,
      logger: this.#logger,
    });
  }

  #handleJoined(membership: Membership, result: JoinResult): void {
    // Who was admitted while away learns of it by the event that follows.
    const isHeld = result.waiting || (result.resumed && membership.held !== undefined);
    if (isHeld) this.#hold(membership, result);
    else this.#establish(membership, result);
    if (this.#membership === membership) this.#renewal?.schedule(result.expiresAt);
  }

  /** Nothing leaves until a moderator has let this session in; the first join is pending until then. */
  #hold(membership: Membership, result: JoinResult): void {
    membership.held = result;
    this.#queue.closeGate();
    this.#logger.info('waiting to be admitted', { room: result.room.name });
    this.#setState({ status: 'waiting' });
  }

  #handleAdmitted(membership: Membership, state: EventParams<'admitted'>): void {
    const { held } = membership;
    membership.held = undefined;
    if (held) this.#establish(membership, { ...held, ...state, resumed: false });
  }

  #establish(membership: Membership, result: JoinResult): void {
    const { firstJoin } = membership;
    const how = firstJoin ? 'joined' : result.resumed ? 'resumed' : 'rejoined';
    if (how === 'rejoined') this.#queue.dropForeign();
    membership.held = undefined;
    membership.firstJoin = undefined;
    this.#logger.info('joined', { room: result.room.name, how });
    this.emit('established', { result, how });
    if (this.#membership !== membership) return;
    this.#setState({ status: 'joined' });
    this.#queue.openGate();
    firstJoin?.resolve(result);
    this.#tellNetworkChange();
  }

  /** The end of a membership, whatever the reason. Idempotent. */
  #finish(error: CrosspointClientError, state: ClientState): void {
    const membership = this.#membership;
    if (!membership) return;
    this.#membership = undefined;
    this.#queue.rejectAll(error);
    this.#connector?.close(closeGoodbye);
    this.#renewal?.stop();
    this.#stopWatching?.();
    this.#setState(state);
    membership.firstJoin?.reject(error);
  }

  #watchNetwork(): () => void {
    return watchNetwork({
      onChange: () => {
        this.#networkChanged = true;
        this.#connector?.hurry();
        this.#tellNetworkChange();
      },
      onVisible: () => this.#connector?.hurry(),
      onPageHide: () => void this.leave(),
    });
  }

  #tellNetworkChange(): void {
    if (!this.#networkChanged || this.#state.status !== 'joined') return;
    this.#networkChanged = false;
    this.emit('networkChanged');
  }

  #setState(state: ClientState): void {
    const previous = this.#state;
    this.#state = state;
    this.emit('stateChanged', state, previous);
  }
}
