import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeFrame } from './close-frame.ts';
import { type FrameListener, FrameReader, type Violation } from './frame-reader.ts';
import { readIntoSharedBuffer } from './shared-read-buffer.ts';

/** What `handleClosed` gets when the socket is gone without a close frame (RFC 6455, section 7.4.1). */
const abnormalClosure = 1006;

/** Hears of what comes over a WebSocket, and of its end. */
export interface WebSocketListener extends FrameListener {
  /** The peer has begun to close; answer with `close`. */
  handleClosing(code: number): void;
  /** The peer will say nothing more, and did not close in order; answer with `end`. */
  handleEnd(): void;
  /** The socket is gone. The last call, and the only one after `handleClosing`, `handleViolation` or `handleEnd`. */
  handleClosed(code: number): void;
}

interface WebSocketOptions {
  /** After the handshake. Messages are written to it directly, as frames. */
  socket: Duplex;
  /** What came behind the handshake already. */
  head: Buffer;
  maxMessageBytes: number;
  /** Whether messages may be compressed (RFC 7692). */
  inflates: boolean;
  /** How long the other side may take to close. */
  closeTimeoutMs: number;
}

/** The server's end of a WebSocket: reads messages, and closes in order (RFC 6455, sections 5.5.1 and 7). */
export class ServerWebSocket implements FrameListener {
  readonly socket: Duplex;
  readonly #reader: FrameReader;
  readonly #closeTimeoutMs: number;
  #listener: WebSocketListener | undefined;
  #closeSent = false;
  /** Nothing more is read. */
  #readingEnded = false;
  #closeCode = abnormalClosure;
  #timer: NodeJS.Timeout | undefined;

  constructor({ socket, head, maxMessageBytes, inflates, closeTimeoutMs }: WebSocketOptions) {
    this.socket = socket;
    this.#closeTimeoutMs = closeTimeoutMs;
    this.#reader = new FrameReader({ listener: this, maxMessageBytes, inflates });
    if (socket instanceof Socket) socket.setTimeout(0).setNoDelay();
    if (head.length > 0) socket.unshift(head);
  }

  /** Begins to read. */
  listen(listener: WebSocketListener): void {
    this.#listener = listener;
    const { socket } = this;
    readIntoSharedBuffer(socket, (bytes, length) => this.#reader.push(bytes, length));
    socket.on('data', (chunk: Buffer) => this.#reader.push(chunk));
    socket.on('end', () => this.#handleEnd());
    socket.on('close', () => this.#handleGone());
    // What follows an error is the socket's end, which is all that matters here.
    socket.on('error', () => undefined);
  }

  handleText(text: string, byteLength: number): void {
    this.#listener?.handleText(text, byteLength);
  }

  handleBinary(bytes: Buffer): void {
    this.#listener?.handleBinary(bytes);
  }

  handlePing(payload: Buffer): void {
    this.#listener?.handlePing(payload);
  }

  handlePong(): void {
    this.#listener?.handlePong();
  }

  handleClosing(code: number): void {
    this.#closeCode = code;
    this.#readingEnded = true;
    if (this.#closeSent) this.end();
    else this.#listener?.handleClosing(code);
  }

  handleViolation(violation: Violation): void {
    this.#readingEnded = true;
    if (this.#closeSent) this.end();
    else this.#listener?.handleViolation(violation);
  }

  /** Sends the close frame and waits for the other side's; the reason may have 123 bytes. Idempotent. */
  close(code: number, reason?: string): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#limitTime();
    if (this.socket.writable) this.socket.write(closeFrame(code, reason));
    if (this.#readingEnded) this.end();
  }

  /** Ends the connection without a close frame, which is for who has closed in order, once all is sent. Idempotent. */
  end(): void {
    this.#limitTime();
    this.socket.end();
  }

  /** Ends the connection without a word. Idempotent. */
  terminate(): void {
    this.socket.destroy();
  }

  #limitTime(): void {
    this.#timer ??= setTimeout(() => this.terminate(), this.#closeTimeoutMs);
  }

  #handleEnd(): void {
    const wasReading = !this.#readingEnded;
    this.#readingEnded = true;
    if (this.#closeSent) this.end();
    else if (wasReading) this.#listener?.handleEnd();
  }

  #handleGone(): void {
    clearTimeout(this.#timer);
    this.#listener?.handleClosed(this.#closeCode);
  }
}
