import type { RequestResult } from '../../protocol/requests.ts';
import type { WebSocketConstructor, WebSocketLike } from '../platform.ts';

type Listener = (event: { data: unknown; code: number; reason: string }) => void;
type SentRequest = { id: number; method: string; params: Record<string, unknown> };

/** A WebSocket whose server is the test: it opens, answers and breaks when it is told to. */
export class FakeWebSocket implements WebSocketLike {
  readonly url: string;
  readonly protocols: string;
  readonly requests: SentRequest[] = [];
  readyState = 0;
  binaryType = 'blob';
  closedWith: number | undefined;
  readonly #listeners = new Map<string, Listener[]>();
  #seq = 0;

  constructor(url: string, protocols: string) {
    this.url = url;
    this.protocols = protocols;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(data: string): void {
    this.requests.push(JSON.parse(data));
  }

  close(code?: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  open(): void {
    this.readyState = 1;
    this.#dispatch('open');
  }

  /** The connection ends from the other side, or on the way. */
  break(code = 1006): void {
    this.readyState = 3;
    this.#dispatch('close', { code });
  }

  receive(frame: unknown): void {
    this.#dispatch('message', { data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  /** The newest request of that method. */
  last(method: string): SentRequest {
    const request = this.requests.findLast((sent) => sent.method === method);
    if (!request) throw new Error(`no ${method} was sent`);
    return request;
  }

  count(method: string): number {
    return this.requests.filter((sent) => sent.method === method).length;
  }

  reply(method: string, result: unknown): void {
    this.receive({ id: this.last(method).id, result });
  }

  refuse(method: string, code: string, data?: unknown): void {
    this.receive({ id: this.last(method).id, error: { code, message: `refused: ${code}`, data } });
  }

  /** Answers the newest join and starts counting events where its `seq` says. */
  acceptJoin(result: Partial<RequestResult<'join'>> = {}): void {
    const reply = joinResult(result);
    this.#seq = reply.seq;
    this.reply('join', reply);
  }

  event(method: string, params: unknown): void {
    if (method === 'disconnect') {
      this.receive({ method, params, seq: 0 });
      return;
    }
    this.#seq += 1;
    this.receive({ method, params, seq: this.#seq });
  }

  #dispatch(type: string, event: Partial<Parameters<Listener>[0]> = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data: '', code: 1000, reason: '', ...event });
  }
}

/** Every WebSocket that a client under test opens. */
export class FakeNetwork {
  readonly sockets: FakeWebSocket[] = [];
  readonly WebSocket: WebSocketConstructor;

  constructor() {
    const { sockets } = this;
    this.WebSocket = class extends FakeWebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols);
        sockets.push(this);
      }
    };
  }

  /** The newest socket. */
  get socket(): FakeWebSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }
}

function joinResult(overrides: Partial<RequestResult<'join'>> = {}): RequestResult<'join'> {
  return {
    session: 'session-1',
    resumeToken: 'resume-1',
    resumed: false,
    seq: 0,
    room: { name: 'lobby', createdAt: 1 },
    grants: {
      createRoom: true,
      publish: true,
      subscribe: true,
      message: true,
      updateOwn: true,
      hidden: false,
      recorder: false,
      moderate: false,
    },
    participant: fakeParticipant('me'),
    participants: [],
    iceServers: [{ urls: ['stun:192.0.2.1'] }],
    heartbeat: { intervalMs: 10_000, timeoutMs: 25_000 },
    limits: {
      maxFrameBytes: 300_000,
      maxMessageBytes: 16_384,
      requestsPerSecond: 50,
      requestBurst: 100,
      maxTracks: 16,
      maxParticipants: 100,
    },
    ...overrides,
  };
}

export function fakeParticipant(
  id: string,
  tracks: RequestResult<'join'>['participant']['tracks'] = [],
): RequestResult<'join'>['participant'] {
  return { id, name: id, metadata: {}, state: 'connected', joinedAt: 1, tracks };
}

export function fakeTrack(id: string, source: 'microphone' | 'camera' = 'camera') {
  const video = source === 'camera';
  const kind: 'video' | 'audio' = video ? 'video' : 'audio';
  return { id, kind, source, muted: false, codec: video ? 'video/VP8' : 'audio/opus', simulcast: video };
}
