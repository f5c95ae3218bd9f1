import { errorCodes } from '../../protocol/error-codes.ts';
import type { EventParams } from '../../protocol/events.ts';
import type { Method, RequestInput, RequestResult } from '../../protocol/requests.ts';
import { CrosspointClientError, toClientError } from '../client-error.ts';
import type { ClientState } from '../client-events.ts';
import { EventEmitter } from '../event-emitter.ts';
import type { ClientLogger, ClientOptions, JoinOptions, SelfUpdate } from '../options.ts';
import type { WebSocketConstructor } from '../platform.ts';
import type { Frame, ServerEvent } from './decode-frame.ts';
import { type Farewell, farewellOf, passingRefusalOf } from './farewell.ts';
import { Heartbeat } from './heartbeat.ts';
import { watchNetwork } from './network-watch.ts';
import { Reconnection } from './reconnection.ts';
import { RequestQueue } from './request-queue.ts';
import { signalingUrl } from './signaling-url.ts';
import { Socket } from './socket.ts';

export type JoinResult = RequestResult<'join'>;

export interface Established {
  result: JoinResult;
  /** `resumed`: the session goes on and missed events follow. `rejoined`: a new session took the place of the old one. */
  how: 'joined' | 'resumed' | 'rejoined';
}

/** What the session leaves to others: all events but its own end. */
export type SessionEvent = Exclude<ServerEvent, { name: 'disconnect' | 'admitted' }>;

interface SessionEvents {
  /** Before the state changes to joined, and before any event of the session. */
  established: [established: Established];
  eventReceived: [event: SessionEvent];
  stateChanged: [state: ClientState, previous: ClientState];
  /** The network is another than before; media paths should be checked. Only told while joined. */
  networkChanged: [];
}

/** What a session needs to be continued on another socket. */
interface Membership {
  options: JoinOptions;
  /** What resumes the session; undefined before the first join and when only a new one will do. */
  ticket: { session: string; token: string } | undefined;
  lastSeq: number;
  /** Present until the first join has succeeded or failed. */
  /** The join reply of a session that waits before the room's door. */
  held: JoinResult | undefined;
  firstJoin: { resolve: (result: JoinResult) => void; reject: (error: CrosspointClientError) => void } | undefined;
}

/** Refusals of a resume after which a new session may still be let in, with a current token. */
const resumeRefusals: readonly string[] = ['sessionNotFound', 'unauthorized', 'forbidden', 'invalidParams'];
/** Refusals of a rejoin that pass. */
const passingRefusals: readonly string[] = [
  'serverFull',
  'serverDraining',
  'rateLimited',
  'internalError',
  'requestTimeout',
];
/** Refusals of a first join that a person may try again later. */
const laterRefusals: readonly string[] = [...passingRefusals, 'roomFull', 'connectionFailed'];

const silentLogger: ClientLogger = { debug: () => {}, info: () => {}, warn: () => {} };
/** Ends the session too. */
const closeGoodbye = 1000;
/** Private close codes, for people who read logs. */
const closeSilent = 4001;
const closeGap = 4002;
const closeSuperseded = 4003;

/**
 * Membership in a room across sockets: joins, sees the end of a socket, and resumes or joins anew. It owns the socket, the
 * queue of requests and every timer of theirs.
 */
export class Session extends EventEmitter<SessionEvents> {
  readonly #url: string;
  readonly #WebSocket: WebSocketConstructor;
  readonly #options: ClientOptions;
  readonly #logger: ClientLogger;
  readonly #queue = new RequestQueue();
  #state: ClientState = { status: 'idle' };
  #membership: Membership | undefined;
  #socket: Socket | undefined;
  #heartbeat: Heartbeat | undefined;
  #reconnection: Reconnection | undefined;
  #farewell: Farewell | undefined;
  #networkChanged = false;
  #stopWatching: (() => void) | undefined;

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.#url = signalingUrl(options.url, options.compress);
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
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
      const membership: Membership = {
        options,
        ticket: undefined,
        lastSeq: 0,
        held: undefined,
        firstJoin: { resolve, reject },
      };
      this.#membership = membership;
      this.#stopWatching = this.#watchNetwork();
      this.#setState({ status: 'connecting' });
      this.#connect(membership);
    });
  }

  request<M extends Method>(method: M, params: RequestInput<M>): Promise<RequestResult<M>> {
    return new Promise((resolve, reject) => {
      if (!this.#membership) reject(new CrosspointClientError('invalidState', { message: 'Not in a room.' }));
      else this.#queue.ask(method, params, { succeed: resolve, fail: reject });
    });
  }

  /** Changes the own name or metadata, for later rejoins too. */
  async update(update: SelfUpdate): Promise<void> {
    await this.request('update', update);
    if (this.#membership) this.#membership.options = { ...this.#membership.options, ...update };
  }

  /** Goes on with a new token, which later rejoins use too unless they get their own. */
  async refreshToken(token: string): Promise<RequestResult<'refreshToken'>> {
    const membership = this.#membership;
    if (!membership) throw new CrosspointClientError('invalidState', { message: 'Not in a room.' });
    const result = await new Promise<RequestResult<'refreshToken'>>((resolve, reject) =>
      this.#queue.ask('refreshToken', { token }, { urgent: true, succeed: resolve, fail: reject }),
    );
    if (typeof membership.options.token !== 'function') {
      membership.options = { ...membership.options, token };
    }
    return result;
  }

  /** Says goodbye and is done, without waiting for a reply: a page that is being closed could not. */
  async leave(): Promise<void> {
    if (!this.#membership) return;
    this.#queue.ask('leave', {}, { urgent: true, succeed: () => {}, fail: () => {} });
    this.#finish(new CrosspointClientError('left'), { status: 'idle' });
  }

  #connect(membership: Membership): void {
    this.#withJoinParams(membership, (params) => {
      if (this.#membership === membership && !this.#socket) this.#openSocket(membership, params);
    });
  }

  #openSocket(membership: Membership, params: RequestInput<'join'>): void {
    const socket = new Socket(this.#url, this.#WebSocket, this.#options.encoding);
    this.#socket = socket;
    socket.on('opened', () => {
      this.#queue.connect((text) => socket.send(text));
      this.#askToJoin(membership, params);
      // What was asked for together with a first join leaves together with it.
      if (membership.firstJoin && !membership.held) this.#queue.openGate();
    });
    socket.on('frameReceived', (frame) => this.#handleFrame(membership, frame));
    socket.on('closed', (code, reason) => this.#handleClosed(membership, code, reason));
  }

  /** A new session may need a token that the application has to get first; a resume needs none. */
  #withJoinParams(membership: Membership, use: (params: RequestInput<'join'>) => void): void {
    const { ticket, lastSeq, options } = membership;
    const { token, ...params } = options;
    const fail = (error: unknown) => this.#handleJoinError(membership, toClientError(error, 'connectionFailed'));
    const useWith = (current: string | undefined) =>
      use({ ...params, ...(current !== undefined && { token: current }) });
    try {
      if (ticket) use({ ...params, resume: { ...ticket, seq: lastSeq } });
      else if (typeof token === 'function') Promise.resolve(token()).then(useWith).catch(fail);
      else useWith(token);
    } catch (error) {
      fail(error);
    }
  }

  /** The reply is taken up at once, not in a promise: events may stand behind it in the same packet. */
  #askToJoin(membership: Membership, params: RequestInput<'join'>): void {
    const { ticket } = membership;
    const socket = this.#socket;
    this.#queue.ask('join', params, {
      urgent: true,
      succeed: (result) => this.#handleJoined(membership, result),
      fail: (error) => {
        if (this.#socket !== socket) return;
        if (ticket && resumeRefusals.includes(error.code)) this.#joinAnew(membership);
        else this.#handleJoinError(membership, error);
      },
    });
  }

  /** The session cannot be resumed, but this socket will do for a new one. */
  #joinAnew(membership: Membership): void {
    const socket = this.#socket;
    membership.ticket = undefined;
    this.#withJoinParams(membership, (params) => {
      if (this.#socket === socket && socket) this.#askToJoin(membership, params);
    });
  }

  #handleJoined(membership: Membership, result: JoinResult): void {
    if (!result.resumed) membership.lastSeq = result.seq;
    membership.ticket = { session: result.session, token: result.resumeToken };
    this.#queue.setLimits(result.limits);
    this.#endReconnection();
    this.#startHeartbeat(result.heartbeat);
    // Who was admitted while away learns of it by the event that follows.
    const isHeld = result.waiting || (result.resumed && membership.held !== undefined);
    if (isHeld) this.#hold(membership, result);
    else this.#establish(membership, result);
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

  #handleJoinError(membership: Membership, error: CrosspointClientError): void {
    if (this.#membership !== membership) return;
    const passing =
      (!membership.firstJoin || membership.held !== undefined) &&
      (passingRefusals.includes(error.code) || error.code === 'connectionFailed');
    if (passing) {
      this.#handleLoss(membership, passingRefusalOf(error));
      return;
    }
    const action = laterRefusals.includes(error.code) ? 'rejoin' : 'giveUp';
    this.#finish(error, { status: 'disconnected', code: error.code, message: error.message, action });
  }

  #handleFrame(membership: Membership, frame: Frame): void {
    this.#heartbeat?.handleFrame();
    if (frame.kind !== 'event') {
      this.#queue.settle(frame);
      return;
    }
    // The server's last word stands outside of the sequence, which is only of events that can be sent again.
    if (frame.event?.name === 'disconnect') {
      this.#handleDisconnect(membership, frame.event.params);
      return;
    }
    if (frame.seq <= membership.lastSeq) return;
    if (frame.seq > membership.lastSeq + 1) {
      this.#logger.warn('events are missing; resuming', { expected: membership.lastSeq + 1, received: frame.seq });
      this.#socket?.fail(closeGap, 'gap in events');
      return;
    }
    membership.lastSeq = frame.seq;
    if (frame.event?.name === 'admitted') this.#handleAdmitted(membership, frame.event.params);
    else if (frame.event) this.emit('eventReceived', frame.event);
  }

  #handleDisconnect(membership: Membership, farewell: EventParams<'disconnect'>): void {
    this.#farewell = farewell;
    this.#handleClosed(membership, 1000, 'disconnect event');
  }

  #handleClosed(membership: Membership, closeCode: number, reason: string): void {
    if (this.#membership !== membership) return;
    const farewell = this.#farewell ?? farewellOf(closeCode);
    this.#logger.info('connection lost', { closeCode, reason, code: farewell.code, action: farewell.action });
    this.#handleLoss(membership, farewell);
  }

  /** A connection has ended, or could not be made: goes on as the farewell says. */
  #handleLoss(membership: Membership, farewell: Farewell): void {
    this.#dropSocket(closeSuperseded);
    const { code, message, action, retryAfterMs } = farewell;
    const isTooEarly = membership.firstJoin !== undefined && membership.held === undefined;
    const final = isTooEarly || action === 'giveUp';
    if (final) {
      this.#giveUp(isTooEarly && code === 'connectionLost' ? failedToConnect : farewell);
      return;
    }
    if (action === 'rejoin') {
      membership.ticket = undefined;
      membership.held = undefined;
    }
    this.#reconnection ??= new Reconnection(this.#options.reconnect ?? {}, () => this.#connect(membership));
    if (!this.#reconnection.schedule(retryAfterMs)) {
      this.#giveUp(failedToReconnect);
      return;
    }
    this.#logger.debug('reconnecting', { attempt: this.#reconnection.attempt, code, message });
    this.#setState({ status: 'reconnecting', attempt: this.#reconnection.attempt, code });
  }

  #giveUp({ code, message, action, retryAfterMs }: Farewell): void {
    const state: ClientState = { status: 'disconnected', code, message, action };
    if (retryAfterMs !== undefined) state.retryAfterMs = retryAfterMs;
    this.#finish(new CrosspointClientError(code, { message }), state);
  }

  /** The end of a membership, whatever the reason. Idempotent. */
  #finish(error: CrosspointClientError, state: ClientState): void {
    const membership = this.#membership;
    if (!membership) return;
    this.#membership = undefined;
    this.#queue.rejectAll(error);
    this.#dropSocket(closeGoodbye);
    this.#endReconnection();
    this.#stopWatching?.();
    this.#setState(state);
    membership.firstJoin?.reject(error);
  }

  #dropSocket(closeCode: number): void {
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#farewell = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(closeCode);
    this.#queue.disconnect();
  }

  #endReconnection(): void {
    this.#reconnection?.stop();
    this.#reconnection = undefined;
  }

  #startHeartbeat({ intervalMs, timeoutMs }: JoinResult['heartbeat']): void {
    this.#heartbeat?.stop();
    this.#heartbeat = new Heartbeat({
      intervalMs,
      timeoutMs,
      ping: () => this.#queue.ask('ping', {}, { urgent: true, succeed: () => {}, fail: () => {} }),
      onSilence: () => this.#socket?.fail(closeSilent, errorCodes.heartbeatTimeout.message),
    });
  }

  #watchNetwork(): () => void {
    return watchNetwork({
      onChange: () => {
        this.#networkChanged = true;
        this.#hurry();
        this.#tellNetworkChange();
      },
      onVisible: () => this.#hurry(),
      onPageHide: () => void this.leave(),
    });
  }

  /** Finds out at once whether the socket lives, or tries at once to get another. */
  #hurry(): void {
    this.#heartbeat?.probe();
    this.#reconnection?.hurry();
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

const failedToConnect: Farewell = {
  code: 'connectionFailed',
  message: 'The server cannot be reached.',
  action: 'rejoin',
};

const failedToReconnect: Farewell = {
  code: 'reconnectFailed',
  message: 'The server could not be reached again in time.',
  action: 'rejoin',
};
