import { EventEmitter, once } from 'node:events';
import { decode, encode } from '@msgpack/msgpack';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { packedSubprotocol } from '../../src/protocol/encodings.ts';
import { subprotocol } from '../../src/protocol/envelope.ts';
import { type EventName, type EventParams, events } from '../../src/protocol/events.ts';
import type { Method, RequestInput, RequestResult } from '../../src/protocol/requests.ts';

const patienceMs = 10_000;
/** Ids count on over all clients: one that resumes another's session must not use the ids of the first again. */
let nextId = 1;

interface Reply {
  id: number | string | null;
  result?: unknown;
  error?: { code: string; message: string; data?: unknown; method?: string };
}

export interface ReceivedEvent {
  method: string;
  params: unknown;
  seq: number;
}

/** How a client of the tests speaks; without compression in JSON by default. */
interface Speech extends ClientOptions {
  /** In MessagePack, as another library than ours writes it. */
  packed?: boolean;
}

/** A request was refused. */
class RequestError extends Error {
  readonly code: string;
  readonly data: unknown;

  constructor({ code, message, data }: { code: string; message: string; data?: unknown }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** A plain client of the protocol: what a stranger would write from the documentation, and nothing more. */
export class SignalingClient extends EventEmitter<{ frame: [] }> {
  readonly socket: WebSocket;
  /** Every event, in the order of arrival. */
  readonly events: ReceivedEvent[] = [];
  /** Every frame's text, in the order of arrival. */
  readonly frames: string[] = [];
  readonly replies: Reply[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #packed: boolean;

  constructor(url: string, { packed = false, ...options }: Speech = {}) {
    super();
    this.setMaxListeners(0);
    this.#packed = packed;
    const protocol = packed ? packedSubprotocol : subprotocol;
    this.socket = new WebSocket(url, protocol, { perMessageDeflate: false, ...options });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data, isBinary) => this.#handleMessage(data, isBinary));
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async connect(url: string, options: Speech = {}): Promise<SignalingClient> {
    const client = new SignalingClient(url, options);
    await once(client.socket, 'open');
    return client;
  }

  /** Connects and joins. */
  static async join(
    url: string,
    params: RequestInput<'join'>,
    options: Speech = {},
  ): Promise<SignalingClient & { me: RequestResult<'join'> }> {
    const client = await SignalingClient.connect(url, options);
    const me = await client.request('join', params);
    return Object.assign(client, { me });
  }

  /** Sends a request and gives its result, or throws its error. */
  async request<M extends Method>(method: M, params: RequestInput<M>): Promise<RequestResult<M>> {
    const reply = await this.replyTo(this.send(method, params));
    if (reply.error) throw new RequestError(reply.error);
    return reply.result as RequestResult<M>;
  }

  /** Sends a request, whatever it is, and returns its id. */
  send(method: string, params: unknown): number {
    const id = nextId;
    nextId += 1;
    const request = { id, method, params };
    this.socket.send(this.#packed ? encode(request, { ignoreUndefined: true }) : JSON.stringify(request));
    return id;
  }

  /** Sends a request without an id, which is answered only when it fails. */
  notify(method: string, params: unknown): void {
    this.socket.send(JSON.stringify({ method, params }));
  }

  async replyTo(id: number | string | null): Promise<Reply> {
    return this.#find(this.replies, (reply) => reply.id === id);
  }

  /** The first event of that name, beginning at event number `from` of all that were received, which matches. */
  async event<E extends EventName>(
    method: E,
    matches: (params: EventParams<E>) => boolean = () => true,
    from = 0,
  ): Promise<EventParams<E>> {
    const schema = events[method].params;
    const isIt = (event: ReceivedEvent) =>
      event.method === method &&
      this.events.indexOf(event) >= from &&
      matches(schema.parse(event.params) as EventParams<E>);
    const found = await this.#find(this.events, isIt);
    return schema.parse(found.params) as EventParams<E>;
  }

  /** Cuts the connection without a closing handshake. */
  cut(): void {
    this.socket.terminate();
  }

  #find<T>(list: T[], matches: (item: T) => boolean): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => reject(new Error('What was waited for did not come.')), patienceMs).unref();
    const look = () => {
      const found = list.find(matches);
      if (!found) return;
      clearTimeout(timer);
      this.off('frame', look);
      resolve(found);
    };
    this.on('frame', look);
    look();
    return promise;
  }

  #handleMessage(data: RawData, isBinary: boolean): void {
    if (isBinary !== this.#packed || !Buffer.isBuffer(data))
      throw new Error('The server sent the wrong kind of frame.');
    const value: unknown = isBinary ? decode(Uint8Array.from(data)) : undefined;
    if (isBinary) this.#handleFrame(value, JSON.stringify(value));
    else this.#handleFrame(JSON.parse(data.toString()), data.toString());
  }

  #handleFrame(value: unknown, text: string): void {
    this.frames.push(text);
    const frame = value as Reply | ReceivedEvent;
    if ('method' in frame) this.events.push(frame);
    else this.replies.push(frame);
    this.emit('frame');
  }
}
