import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { errorCodes, type SessionErrorCode } from '../../protocol/error-codes.ts';
import { Dispatcher } from '../dispatcher.ts';
import type { HubServices } from '../hub-services.ts';
import type { DisconnectOptions, Peer } from '../peer.ts';
import type { Session } from '../rooms/session.ts';
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
/** Codes of what the WebSocket layer and its inflater cannot read; all others are of the network. */
const violations = /^(WS_ERR_|Z_)/;
const tooLarge = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

interface ConnectionOptions {
  webSocket: WebSocket;
  /** The socket below the WebSocket. */
  socket: Duplex;
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
export class Connection implements Peer {
  readonly outbox: Outbox;
  readonly address: string;
  session: Session | undefined;
  /** When something came last, by the monotonic clock. */
  heardAtMs: number;
  /** Since when the connection has had no session; kept by the sweep. */
  idleSinceMs: number;
  readonly #options: ConnectionOptions;
  readonly #dispatcher: Dispatcher;
  readonly #rate: RateGuard;
  #closed = false;
  /** What the WebSocket layer found wrong, if anything. */
  #violation: SessionErrorCode | undefined;

  constructor(options: ConnectionOptions) {
    const { webSocket, socket, encoding, hub, flusher } = options;
    const { limits, counters } = hub;
    this.#options = options;
    this.address = options.address;
    this.heardAtMs = this.idleSinceMs = performance.now();
    this.#rate = new RateGuard(limits, this.heardAtMs);
    const onOverflow = () => this.disconnect('slowConsumer');
    const maxQueueBytes = limits.maxSendQueueBytes;
    this.outbox = new Outbox({ socket, flusher, counters, encoding, maxQueueBytes, onOverflow });
    this.#dispatcher = new Dispatcher(hub, this);
    webSocket.on('message', (data, isBinary) => this.#handleMessage(data, isBinary));
    webSocket.on('ping', () => this.#heard());
    webSocket.on('pong', () => this.#heard());
    webSocket.on('error', (error) => this.#handleError(error));
    webSocket.on('close', (code) => this.#handleClose(code));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends the last event and closes. That event stands outside the session's sequence, whose numbers belong to what can
   * be replayed; its number is 0.
   */
  disconnect(code: SessionErrorCode, { message, retryAfterMs }: DisconnectOptions = {}): void {
    if (this.#closed) return;
    const { action, closeCode, message: usual } = errorCodes[code];
    this.session?.takeRoomEvents();
    this.#log(code);
    const params = { code, message: message ?? usual, action, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    this.outbox.pushText(`${eventHead('disconnect', params)}0}`);
    this.outbox.finish(() => this.#options.webSocket.close(closeCode, code));
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

  #handleMessage(data: RawData, isBinary: boolean): void {
    const nowMs = this.#heard();
    if (this.#closed) return;
    const isPacked = this.outbox.encoding?.packed === true;
    if (isBinary !== isPacked || !Buffer.isBuffer(data)) {
      this.disconnect('protocolError', { message: isPacked ? binaryExpected : textExpected });
    } else {
      this.#handleData(data, isPacked, nowMs);
    }
  }

  #handleData(data: Buffer, isPacked: boolean, nowMs: number): void {
    const { counters } = this.#options.hub;
    counters.framesReceived += 1;
    counters.bytesReceived += data.length;
    const verdict = this.#rate.judge(data.length, nowMs);
    if (verdict === 'close') this.disconnect('rateLimitExceeded');
    else this.#dispatcher.receive(isPacked ? unpackMessage(data) : data.toString(), verdict);
  }

  /** The WebSocket layer closes by itself after a frame that it cannot take. */
  #handleError(error: Error): void {
    if (!('code' in error) || typeof error.code !== 'string' || !violations.test(error.code)) return;
    this.#violation = error.code === tooLarge ? 'frameTooLarge' : 'protocolError';
    this.#options.hub.counters.errors.add(this.#violation);
  }

  #handleClose(code: number): void {
    if (!this.#closed) this.#release(this.#violation ? 'end' : code === normalClosure ? 'left' : 'keep');
    this.#options.onClosed(this);
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
