import type { RequestInput } from '../../protocol/requests.ts';
import { CrosspointClientError, toClientError } from '../client-error.ts';
import type { ClientState } from '../client-events.ts';
import { EventEmitter } from '../event-emitter.ts';
import type { ClientLogger, ClientOptions } from '../options.ts';
import { type Farewell, failedToConnect, failedToReconnect, passingRefusalOf } from './farewell.ts';
import { actionAfter, allowsNewSession, isPassing } from './join-refusals.ts';
import { Link, type LinkEvent } from './link.ts';
import type { JoinResult, Membership } from './membership.ts';
import { Reconnection } from './reconnection.ts';
import type { RequestQueue } from './request-queue.ts';

interface ConnectorOptions extends Pick<ClientOptions, 'WebSocket' | 'encoding' | 'reconnect'> {
  url: string;
  logger: ClientLogger;
  membership: Membership;
  queue: RequestQueue;
}

interface ConnectorEvents {
  /** The server has let this client in, or in again. */
  joined: [result: JoinResult];
  eventReceived: [event: LinkEvent];
  reconnecting: [state: ClientState];
  /** The end: it does not try any longer. Once. */
  gaveUp: [error: CrosspointClientError, state: ClientState];
}

/** Private close code, for people who read logs. */
const closeSuperseded = 4003;

/**
 * Keeps a membership connected: opens a link and joins over it, resumes or joins anew when it ends, and gives up when the
 * server says so, or in time. It owns the link and the pauses between tries.
 */
export class Connector extends EventEmitter<ConnectorEvents> {
  readonly #options: ConnectorOptions;
  #link: Link | undefined;
  #reconnection: Reconnection | undefined;
  #closed = false;

  constructor(options: ConnectorOptions) {
    super();
    this.#options = options;
  }

  connect(): void {
    this.#withJoinParams((params) => {
      if (!this.#link && !this.#closed) this.#openLink(params);
    });
  }

  /** Finds out at once whether the socket lives, or tries at once to get another. */
  hurry(): void {
    this.#link?.probe();
    this.#reconnection?.hurry();
  }

  /** Ends the connection with this code and tells nothing more. Idempotent. */
  close(code: number): void {
    this.#closed = true;
    this.#dropLink(code);
    this.#endReconnection();
  }

  #openLink(params: RequestInput<'join'>): void {
    const { membership, queue, WebSocket = globalThis.WebSocket } = this.#options;
    const link = new Link({ ...this.#options, WebSocket });
    this.#link = link;
    link.on('opened', () => {
      queue.connect((text) => link.send(text));
      this.#askToJoin(params);
      // What was asked for together with a first join leaves together with it.
      if (membership.isUntried) queue.openGate();
    });
    link.on('eventReceived', (event) => this.emit('eventReceived', event));
    link.on('ended', (farewell) => this.#handleLoss(farewell));
  }

  #withJoinParams(use: (params: RequestInput<'join'>) => void): void {
    const fail = (error: unknown) => this.#handleRefusal(toClientError(error, 'connectionFailed'));
    try {
      const params = this.#options.membership.joinParams();
      if (params instanceof Promise) params.then(use).catch(fail);
      else use(params);
    } catch (error) {
      fail(error);
    }
  }

  /** The reply is taken up at once, not in a promise: events may stand behind it in the same packet. */
  #askToJoin(params: RequestInput<'join'>): void {
    const link = this.#link;
    const isResume = params.resume !== undefined;
    this.#options.queue.ask('join', params, {
      urgent: true,
      succeed: (result) => this.#handleJoined(result),
      fail: (error) => {
        if (this.#link !== link) return;
        if (isResume && allowsNewSession(error)) this.#joinAnew();
        else this.#handleRefusal(error);
      },
    });
  }

  /** The session cannot be resumed, but this socket will do for a new one. */
  #joinAnew(): void {
    const link = this.#link;
    this.#options.membership.handleSessionLost();
    this.#withJoinParams((params) => {
      if (this.#link === link && link) this.#askToJoin(params);
    });
  }

  #handleJoined(result: JoinResult): void {
    this.#options.membership.handleJoined(result);
    this.#options.queue.setLimits(result);
    this.#endReconnection();
    this.#link?.startHeartbeat(result.heartbeat);
    this.emit('joined', result);
  }

  #handleRefusal(error: CrosspointClientError): void {
    if (this.#closed) return;
    if (isPassing(error) && !this.#options.membership.isUntried) {
      this.#handleLoss(passingRefusalOf(error));
      return;
    }
    const { code, message } = error;
    this.emit('gaveUp', error, { status: 'disconnected', code, message, action: actionAfter(error) });
  }

  /** A connection has ended, or could not be made: goes on as the farewell says. */
  #handleLoss(farewell: Farewell): void {
    if (this.#closed) return;
    this.#dropLink(closeSuperseded);
    const { membership } = this.#options;
    const { code, action } = farewell;
    const { isUntried } = membership;
    if (isUntried || action === 'giveUp') {
      this.#giveUp(isUntried && code === 'connectionLost' ? failedToConnect : farewell);
      return;
    }
    if (action === 'rejoin') membership.handleSessionLost();
    this.#reconnect(farewell);
  }

  #reconnect({ code, message, retryAfterMs }: Farewell): void {
    const { reconnect = {}, logger } = this.#options;
    this.#reconnection ??= new Reconnection(reconnect, () => this.connect());
    if (!this.#reconnection.schedule(retryAfterMs)) {
      this.#giveUp(failedToReconnect);
      return;
    }
    const { attempt } = this.#reconnection;
    logger.debug('reconnecting', { attempt, code, message });
    this.emit('reconnecting', { status: 'reconnecting', attempt, code });
  }

  #giveUp({ code, message, action, retryAfterMs }: Farewell): void {
    const state: ClientState = { status: 'disconnected', code, message, action };
    if (retryAfterMs !== undefined) state.retryAfterMs = retryAfterMs;
    this.emit('gaveUp', new CrosspointClientError(code, { message }), state);
  }

  #dropLink(code: number): void {
    const link = this.#link;
    this.#link = undefined;
    link?.close(code);
    this.#options.queue.disconnect();
  }

  #endReconnection(): void {
    this.#reconnection?.stop();
    this.#reconnection = undefined;
  }
}
