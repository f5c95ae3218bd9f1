export interface HeartbeatOptions {
  intervalMs: number;
  timeoutMs: number;
  /** Sends something that the server answers. */
  ping: () => void;
  /** The server has been silent for too long. */
  onSilence: () => void;
}

/** An answer to a probe may take one bad round trip, not more: the person is waiting. */
const probeTimeoutMs = 3000;

/**
 * Keeps the session alive and finds half-open sockets. It asks at the announced interval and counts the silence from the
 * asking, not from the last frame: a page whose timers slept does not mistake its own sleep for the server's.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#ticker = setInterval(() => this.#ask(this.#answerTimeoutMs), options.intervalMs);
  }

  /** Anything that arrives is a sign of life. */
  handleFrame(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** Asks at once and waits only briefly: after a change of network the socket may be dead without knowing it. */
  probe(): void {
    this.handleFrame();
    this.#ask(Math.min(probeTimeoutMs, this.#answerTimeoutMs));
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.handleFrame();
  }

  /** Asked once per interval, the server is given up at the latest `timeoutMs` after its last frame. */
  get #answerTimeoutMs(): number {
    return Math.max(this.#options.timeoutMs - this.#options.intervalMs, 1000);
  }

  #ask(withinMs: number): void {
    if (this.#ticker === undefined) return;
    this.#deadline ??= setTimeout(() => this.#options.onSilence(), withinMs);
    this.#options.ping();
  }
}
