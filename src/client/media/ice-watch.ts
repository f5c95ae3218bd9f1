import type { MediaState } from '../client-events.ts';
import type { PeerConnection } from '../platform.ts';

export interface IceWatchOptions {
  connection: PeerConnection;
  onState: (state: MediaState) => void;
  /** Asked when the path is broken: `restart` first, `fresh` (a new peer connection) when that did not help. */
  onBroken: (remedy: 'restart' | 'fresh') => void;
  /** False while the server cannot be asked; the watch then waits for `check`. */
  canAct: () => boolean;
}

/** A disconnected path often recovers within a second by itself; people notice after two. */
const disconnectedGraceMs = 2000;
/** A path that takes longer than this to come up needs help: credentials or candidates may be stale. */
const connectTimeoutMs = 8000;
/** After so many restarts in vain the fault is with the connection itself. */
const restartsBeforeFresh = 2;

/** Watches one peer connection's path and asks for help, each time a little later, until it is connected. */
export class IceWatch {
  readonly #options: IceWatchOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #state: MediaState = 'new';
  #stopped = false;

  constructor(options: IceWatchOptions) {
    this.#options = options;
    options.connection.addEventListener('iceconnectionstatechange', () => this.check());
    options.connection.addEventListener('connectionstatechange', () => this.#tellState());
  }

  /** Looks at the state anew; called on every change and when the server can be asked again. */
  check(): void {
    if (this.#stopped) return;
    const state = this.#options.connection.iceConnectionState;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (state === 'connected' || state === 'completed') this.#attempts = 0;
    else if (state === 'failed') this.#wait(this.#attempts === 0 ? 0 : this.#patience());
    else if (state === 'disconnected') this.#wait(this.#attempts === 0 ? disconnectedGraceMs : this.#patience());
    else if (state === 'checking') this.#wait(this.#patience());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #patience(): number {
    return connectTimeoutMs * Math.min(this.#attempts + 1, 4);
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => this.#act(), delayMs);
  }

  #act(): void {
    if (!this.#options.canAct()) return;
    this.#attempts += 1;
    this.#options.onBroken(this.#attempts > restartsBeforeFresh ? 'fresh' : 'restart');
    this.check();
  }

  #tellState(): void {
    const state = mediaStateOf(this.#options.connection.connectionState);
    if (this.#stopped || state === undefined || state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

/** `disconnected` is being restored, which is what `connecting` tells; `closed` is nobody's news. */
function mediaStateOf(state: RTCPeerConnectionState): MediaState | undefined {
  if (state === 'disconnected') return 'connecting';
  return state === 'closed' ? undefined : state;
}
