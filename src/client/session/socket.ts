import { subprotocol } from '../../protocol/envelope.ts';
import { EventEmitter } from '../event-emitter.ts';
import type { FrameEncoding, WebSocketConstructor, WebSocketLike } from '../platform.ts';
import { decodeFrame, decodePacked, type Frame } from './decode-frame.ts';

/** A TCP and TLS handshake over the worst of networks; after that another try is better than more patience. */
const openTimeoutMs = 10_000;
const openState = 1;
/** Private close codes (RFC 6455 section 7.4.2), for people who read logs. */
const openTimeoutCode = 4000;

interface SocketEvents {
  opened: [];
  frameReceived: [frame: Frame];
  /** Once, whoever closed it and whether or not it ever opened; not after `close`. */
  closed: [code: number, reason: string];
}

/** One WebSocket: frames instead of text, one end instead of two, nothing after its end. */
export class Socket extends EventEmitter<SocketEvents> {
  readonly #socket: WebSocketLike;
  readonly #encoding: FrameEncoding | undefined;
  readonly #openTimer: ReturnType<typeof setTimeout>;
  #ended = false;

  /** @param encoding How frames are written; JSON text when it is absent. */
  constructor(url: string, WebSocket: WebSocketConstructor, encoding?: FrameEncoding) {
    super();
    this.#encoding = encoding;
    this.#socket = new WebSocket(url, encoding?.subprotocol ?? subprotocol);
    if (encoding) this.#socket.binaryType = 'arraybuffer';
    this.#openTimer = setTimeout(() => this.fail(openTimeoutCode, 'opening timed out'), openTimeoutMs);
    this.#socket.addEventListener('open', () => this.#handleOpen());
    this.#socket.addEventListener('message', (event) => this.#handleMessage(event.data));
    this.#socket.addEventListener('close', (event) => this.#end(event.code, event.reason));
    // A close event follows every error; without a listener `ws` would throw.
    this.#socket.addEventListener('error', () => {});
  }

  send(text: string): void {
    if (this.#ended || this.#socket.readyState !== openState) return;
    this.#socket.send(this.#encoding ? this.#encoding.encode(text) : text);
  }

  /** Closes it without further events. To the server code 1000 means goodbye; any other leaves the session to be resumed. */
  close(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#openTimer);
    this.#socket.close(code);
  }

  /** Gives it up and says so at once: the close handshake of a dead network would take minutes. */
  fail(code: number, reason: string): void {
    if (this.#ended) return;
    this.close(code);
    this.emit('closed', code, reason);
  }

  #handleOpen(): void {
    clearTimeout(this.#openTimer);
    if (!this.#ended) this.emit('opened');
  }

  #handleMessage(data: unknown): void {
    const frame = this.#ended ? undefined : this.#decode(data);
    if (frame) this.emit('frameReceived', frame);
  }

  #decode(data: unknown): Frame | undefined {
    if (this.#encoding) return data instanceof ArrayBuffer ? decodePacked(data, this.#encoding) : undefined;
    return typeof data === 'string' ? decodeFrame(data) : undefined;
  }

  #end(code: number, reason: string): void {
    clearTimeout(this.#openTimer);
    if (this.#ended) return;
    this.#ended = true;
    this.emit('closed', code, reason);
  }
}
