import { errorCodes } from '../../protocol/error-codes.ts';
import { EventEmitter } from '../event-emitter.ts';
import type { ClientLogger } from '../options.ts';
import type { FrameEncoding, WebSocketConstructor } from '../platform.ts';
import type { Frame, ServerEvent } from './decode-frame.ts';
import { type Farewell, farewellOf } from './farewell.ts';
import { Heartbeat } from './heartbeat.ts';
import type { JoinResult, Membership } from './membership.ts';
import type { RequestQueue } from './request-queue.ts';
import { Socket } from './socket.ts';

interface LinkOptions {
  url: string;
  WebSocket: WebSocketConstructor;
  /** JSON text when it is absent. */
  encoding?: FrameEncoding;
  membership: Membership;
  queue: RequestQueue;
  logger: ClientLogger;
}

/** All events but the server's last word, which is about the connection. */
export type LinkEvent = Exclude<ServerEvent, { name: 'disconnect' }>;

interface LinkEvents {
  opened: [];
  eventReceived: [event: LinkEvent];
  /** Once, unless it was closed before. */
  ended: [farewell: Farewell];
}

/** Private close codes, for people who read logs. */
const closeSilent = 4001;
const closeGap = 4002;

/**
 * A session's connection while it lasts: gives replies to the queue, events on once and in order, and finds out when it
 * has ended and what the server says to that.
 */
export class Link extends EventEmitter<LinkEvents> {
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  #heartbeat: Heartbeat | undefined;

  constructor(options: LinkOptions) {
    super();
    this.#options = options;
    this.#socket = new Socket(options.url, options.WebSocket, options.encoding);
    this.#socket.on('opened', () => this.emit('opened'));
    this.#socket.on('frameReceived', (frame) => this.#handleFrame(frame));
    this.#socket.on('closed', (code, reason) => this.#end(farewellOf(code), `${code} ${reason}`));
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  startHeartbeat({ intervalMs, timeoutMs }: JoinResult['heartbeat']): void {
    const { queue } = this.#options;
    this.#heartbeat?.stop();
    this.#heartbeat = new Heartbeat({
      intervalMs,
      timeoutMs,
      ping: () => queue.ask('ping', {}, { urgent: true, succeed: () => {}, fail: () => {} }),
      onSilence: () => this.#socket.fail(closeSilent, errorCodes.heartbeatTimeout.message),
    });
  }

  /** Finds out at once whether the socket lives. */
  probe(): void {
    this.#heartbeat?.probe();
  }

  /** Ends it without further events. */
  close(code: number): void {
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#socket.close(code);
  }

  #end(farewell: Farewell, reason: string): void {
    const { code, action } = farewell;
    this.#options.logger.info('connection lost', { reason, code, action });
    this.emit('ended', farewell);
  }

  #handleFrame(frame: Frame): void {
    this.#heartbeat?.handleFrame();
    if (frame.kind !== 'event') this.#handleReply(frame);
    // The server's last word stands outside of the sequence, which is only of events that can be sent again.
    else if (frame.event?.name === 'disconnect') this.#end(frame.event.params, 'disconnect event');
    else this.#handleEvent(frame.seq, frame.event);
  }

  #handleReply(frame: Exclude<Frame, { kind: 'event' }>): void {
    const { queue, logger } = this.#options;
    if (frame.kind === 'error' && frame.id === null) logger.warn('a request without reply failed', frame.error);
    else queue.settle(frame);
  }

  /** An event that this client does not know has a number too. */
  #handleEvent(seq: number, event: LinkEvent | undefined): void {
    const { membership, logger } = this.#options;
    const expected = membership.lastSeq + 1;
    const place = membership.takeEvent(seq);
    if (place === 'gap') {
      logger.warn('events are missing; resuming', { expected, received: seq });
      this.#socket.fail(closeGap, 'gap in events');
    } else if (place === 'next' && event) {
      this.emit('eventReceived', event);
    }
  }
}
