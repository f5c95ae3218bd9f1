import { errorCodes, type SessionErrorCode } from '../../protocol/error-codes.ts';
import type { CrosspointError } from '../../shared/errors.ts';
import type { RosterMember } from '../../shared/roster.ts';
import { Dispatcher } from '../dispatcher.ts';
import type { HubServices } from '../hub-services.ts';
import type { DisconnectOptions, Peer } from '../peer.ts';
import type { Session } from '../rooms/session.ts';
import type { Violation } from '../websocket/frame-reader.ts';
import type { ServerWebSocket, WebSocketListener } from '../websocket/web-socket.ts';
import { eventHead } from '../wire/event-text.ts';
import type { FrameEncoding } from '../wire/frame-encoding.ts';
import { Outbox } from '../wire/outbox.ts';
import type { TurnFlusher } from '../wire/turn-flusher.ts';
import { RateGuard } from './rate-guard.ts';
import { unpackMessage } from './unpack-message.ts';

/** A polite end by the client (RFC 6455, section 7.4.1); everything else may be a lost network. */
const normalClosure = 1000;
const textExpected = 'Messages are JSON in text frames.';
const binaryExpected = 'Messages are MessagePack in binary frames.';

/** What a client is told that breaks the WebSocket protocol, with the code that RFC 6455 has for it. */
const violations: Readonly<Record<Violation, { code: SessionErrorCode } & DisconnectOptions>> = {
  malformedFrame: { code: 'protocolError', message: 'A frame broke the WebSocket protocol.', closeCode: 1002 },
  invalidData: {
    code: 'protocolError',
    message: 'A message was not what its frame said: UTF-8, or deflated.',
    closeCode: 1007,
  },
  tooLarge: { code: 'frameTooLarge' },
};

interface ConnectionOptions {
  webSocket: ServerWebSocket;
  /** What the client has asked for; plain JSON in text frames when undefined. */
  encoding: FrameEncoding | undefined;
  /** Address of the client, as far as it can be known. */
  address: string;
  hub: HubServices;
  flusher: TurnFlusher;
  /** Called once, when the socket is gone. */
  onClosed: (connection: Connection) => void;
}

/** One WebSocket: bounds size and rate of what comes, hands it to the dispatcher, and knows when the other side was heard last. */
export class Connection implements Peer, RosterMember, WebSocketListener {
  readonly outbox: Outbox;
  readonly address: string;
  /** When something came last, by the monotonic clock. */
  heardAtMs: number;
  /** Since when the connection has had no session, while it has none. */
  idleSinceMs: number;
  readonly #options: ConnectionOptions;
  readonly #dispatcher: Dispatcher;
  #rate: RateGuard;
  #session: Session | undefined;
  /** Kept by the sweep, as is the next. */
  sweepSlice = 0;
  rosterPlace = 0;
  #closed = false;

  constructor(options: ConnectionOptions) {
    const { webSocket, encoding, hub, flusher } = options;
    const { limits, counters } = hub;
    const { socket } = webSocket;
    this.#options = options;
    this.address = options.address;
    this.heardAtMs = this.idleSinceMs = performance.now();
    this.#rate = new RateGuard(limits, this.heardAtMs);
    const onOverflow = () => this.disconnect('slowConsumer');
    const maxQueueBytes = limits.maxSendQueueBytes;
    this.outbox = new Outbox({ socket, flusher, counters, encoding, maxQueueBytes, onOverflow });
    this.#dispatcher = new Dispatcher(hub, this);
    webSocket.listen(this);
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** A session takes its rate along from connection to connection, so that nobody gets a fresh one by coming back. */
  set session(session: Session | undefined) {
    this.#session = session;
    if (!session) {
      this.idleSinceMs = performance.now();
      return;
    }
    session.rate ??= this.#rate;
    this.#rate = session.rate;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends the last event and closes. That event stands outside the session's sequence, whose numbers belong to what can
   * be replayed; its number is 0.
   */
  disconnect(code: SessionErrorCode, { message, retryAfterMs, closeCode }: DisconnectOptions = {}): void {
    if (this.#closed) return;
    const { action, closeCode: usualCloseCode, message: usual } = errorCodes[code];
    this.session?.takeRoomEvents();
    this.#log(code);
    const params = { code, message: message ?? usual, action, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    this.outbox.pushText([eventHead('disconnect', params), '0}']);
    this.outbox.finish(() => this.#options.webSocket.close(closeCode ?? usualCloseCode, code));
    this.#options.hub.counters.errors.add(code);
    // At a shutdown all sessions end together, once everyone was told; nobody has to hear of the others' leaving.
    if (code === 'serverShutdown') this.#closed = true;
    else this.#release(action === 'resume' ? 'keep' : 'end');
  }

  /** Ends the connection without a word, when it did not answer the last one. */
  terminate(): void {
    this.#options.webSocket.terminate();
  }

  #log(code: SessionErrorCode): void {
    const { session } = this;
    const place = session && { room: session.room.name, participant: session.participant.id };
    this.#options.hub.logger.debug({ ...place, address: this.address, code }, 'connection ended by the server');
  }

  #heard(): number {
    this.heardAtMs = performance.now();
    return this.heardAtMs;
  }

  handleText(text: string, byteLength: number): void {
    const verdict = this.#judge(byteLength, false);
    if (verdict !== 'drop') this.#dispatcher.receive(text, verdict);
  }

  handleBinary(bytes: Buffer): void {
    const verdict = this.#judge(bytes.length, true);
    if (verdict !== 'drop') this.#dispatcher.receive(unpackMessage(bytes), verdict);
  }

  /** Pings count like requests; those beyond the rate are not answered. */
  handlePing(payload: Buffer): void {
    const verdict = this.#rate.judge(payload.length, this.#heard());
    if (verdict === 'close') this.disconnect('rateLimitExceeded');
    else if (!verdict && !this.#closed) this.outbox.pushPong(payload);
  }

  handlePong(): void {
    this.#heard();
  }

  handleViolation(violation: Violation): void {
    const { code, ...options } = violations[violation];
    this.disconnect(code, options);
  }

  /** What was answered before the client closed is sent before the close is answered. */
  handleClosing(code: number): void {
    if (this.#closed) return;
    this.#release(code === normalClosure ? 'left' : 'keep');
    this.outbox.finish(() => this.#options.webSocket.close(code));
  }

  /** The session waits to be resumed once the socket is gone. */
  handleEnd(): void {
    if (this.#closed) return;
    this.session?.takeRoomEvents();
    this.outbox.finish(() => this.#options.webSocket.end());
  }

  handleClosed(): void {
    if (!this.#closed) this.#release('keep');
    this.#options.onClosed(this);
  }

  /** Whether a message is handled, refused, or dropped because the connection ends. */
  #judge(byteLength: number, isBinary: boolean): CrosspointError | 'drop' | undefined {
    const nowMs = this.#heard();
    if (this.#closed) return 'drop';
    const isPacked = this.outbox.encoding?.packed === true;
    if (isBinary !== isPacked) {
      this.disconnect('protocolError', { message: isPacked ? binaryExpected : textExpected });
      return 'drop';
    }
    const { counters } = this.#options.hub;
    counters.framesReceived += 1;
    counters.bytesReceived += byteLength;
    const verdict = this.#rate.judge(byteLength, nowMs);
    if (verdict !== 'close') return verdict;
    this.disconnect('rateLimitExceeded');
    return 'drop';
  }

  /** Decides what becomes of the session, unless another connection has it by now. */
  #release(fate: 'keep' | 'left' | 'end'): void {
    this.#closed = true;
    const { session } = this;
    this.session = undefined;
    if (!session || session.peer !== this) return;
    const { sessions } = this.#options.hub;
    if (fate === 'keep') sessions.suspend(session);
    else sessions.end(session, fate === 'left' ? 'left' : 'removed');
  }
}
