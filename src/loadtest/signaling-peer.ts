import { type ClientOptions, WebSocket } from 'ws';
import { subprotocol } from '../protocol/envelope.ts';
import type { EventName } from '../protocol/events.ts';
import type { Method, RequestInput, RequestResult } from '../protocol/requests.ts';

/** Where the signaling WebSocket lives when only the server’s origin is given. */
const signalingPath = '/signaling';

export interface PeerOptions {
  url: string;
  token?: string | undefined;
  origin?: string | undefined;
  insecure: boolean;
  localAddress?: string | undefined;
  timeoutMs: number;
}

/** Why an operation failed: an error code of the protocol, or one of the tool's own such as `timeout`. */
export class PeerError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

interface PendingRequest {
  resolve: (result: unknown) => void;
  reject: (error: PeerError) => void;
  timer: NodeJS.Timeout;
}

/** What a frame may hold, read without the schemas: the server’s frames are measured here, not tested. */
interface Frame {
  id?: number;
  result?: unknown;
  error?: { code: string };
  method?: EventName;
  params?: unknown;
  seq?: number;
}

type EventHandler = (method: EventName, params: unknown) => void;

/**
 * A participant’s signaling and nothing else: a WebSocket, requests by number, events to one handler. The convenience
 * client validates and reconnects, which a generator of ten thousand participants cannot afford.
 */
export class SignalingPeer {
  readonly #options: PeerOptions;
  readonly #pending = new Map<number, PendingRequest>();
  #socket: WebSocket | undefined;
  #nextId = 1;
  #disconnectCode: string | undefined;
  /** Called for every event; leave unset where nothing listens. */
  onEvent: EventHandler | undefined;
  /** Called once when the connection ends without having been asked to, with a code. */
  onLost: ((code: string) => void) | undefined;
  /** Highest sequence number received, for a resume. */
  seq = 0;
  #wantsEnd = false;
  #lost = false;

  constructor(options: PeerOptions) {
    this.#options = options;
  }

  /** The connection has ended without having been asked to. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Opens the WebSocket; throws a `PeerError` such as `connect.ECONNREFUSED`. May be called again after `cut`. */
  connect(): Promise<void> {
    const socket = new WebSocket(signalingUrl(this.#options.url), subprotocol, socketOptions(this.#options));
    this.#socket = socket;
    this.#wantsEnd = false;
    this.#lost = false;
    socket.on('message', (data) => this.#receive(String(data)));
    return new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.on('error', (error) => reject(new PeerError(connectCode(error))));
      socket.once('close', (code) => this.#closed(socket, code));
    });
  }

  /** Sends a request at once; requests may follow each other without waiting for replies. */
  request<M extends Method>(method: M, params: RequestInput<M>): Promise<RequestResult<M>> {
    const id = this.#nextId++;
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(new PeerError('notConnected'));
    const reply = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id)?.reject(new PeerError('timeout')), this.#options.timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
    });
    socket.send(JSON.stringify({ id, method, params }));
    return reply as Promise<RequestResult<M>>;
  }

  async join(params: Omit<RequestInput<'join'>, 'token'>): Promise<RequestResult<'join'>> {
    const { token } = this.#options;
    const joined = await this.request('join', { ...params, ...(token === undefined ? {} : { token }) });
    this.seq = Math.max(this.seq, joined.seq);
    return joined;
  }

  /** Leaves politely: tells the server, then closes. */
  async leave(): Promise<void> {
    this.onLost = undefined;
    this.#wantsEnd = true;
    try {
      await this.request('leave', {});
    } finally {
      this.#socket?.close();
    }
  }

  /** Vanishes: the TCP connection ends without a closing handshake. */
  cut(): void {
    this.onLost = undefined;
    this.#wantsEnd = true;
    this.#socket?.terminate();
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as Frame;
    if (frame.method !== undefined) this.#handleEvent(frame.method, frame);
    else this.#handleReply(frame);
  }

  #handleReply(frame: Frame): void {
    const pending = this.#settle(frame.id ?? 0);
    if (frame.error) pending?.reject(new PeerError(frame.error.code));
    else pending?.resolve(frame.result);
  }

  #handleEvent(method: EventName, frame: Frame): void {
    this.seq = frame.seq ?? this.seq;
    if (method === 'disconnect') this.#disconnectCode = (frame.params as { code: string }).code;
    this.onEvent?.(method, frame.params);
  }

  #settle(id: number): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }

  #closed(socket: WebSocket, closeCode: number): void {
    if (socket !== this.#socket) return;
    const code = this.#disconnectCode ?? `closed.${closeCode}`;
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(new PeerError(code));
    this.#lost = !this.#wantsEnd;
    this.onLost?.(code);
    this.onLost = undefined;
  }
}

/** Adds the signaling path where the address has none, and speaks WebSocket where it says HTTP. */
function signalingUrl(address: string): string {
  const url = new URL(address);
  url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
  if (url.pathname === '/') url.pathname = signalingPath;
  return url.href;
}

function socketOptions(options: PeerOptions): ClientOptions {
  return {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: options.timeoutMs,
    rejectUnauthorized: !options.insecure,
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
  };
}

/** `connect.ECONNREFUSED`, `connect.503`, `connect.timeout`: what stopped the handshake. */
function connectCode(error: Error & { code?: string }): string {
  if (/handshake has timed out/.test(error.message)) return 'connect.timeout';
  const status = /Unexpected server response: (\d+)/.exec(error.message)?.[1];
  return `connect.${status ?? error.code ?? 'failed'}`;
}
