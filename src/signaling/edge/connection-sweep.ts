import type { SignalingLimits } from '../../shared/limits.ts';
import type { Connection } from './connection.ts';

/** Pings of ten thousand connections would block a turn for long; they are spread over this many parts of the interval. */
const slices = 20;

/**
 * The one timer of all connections: pings each once an interval, and closes those that were silent for too long or have
 * not joined in time. What it compares is a number per connection, so looking at all of them is cheap.
 */
export class ConnectionSweep {
  readonly #limits: SignalingLimits;
  readonly #slices: Set<Connection>[] = Array.from({ length: slices }, () => new Set());
  readonly #sliceOf = new Map<Connection, Set<Connection>>();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;
  #added = 0;

  constructor(limits: SignalingLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#sweep(), Math.max(1, limits.heartbeatIntervalMs / slices));
  }

  get size(): number {
    return this.#sliceOf.size;
  }

  connections(): IterableIterator<Connection> {
    return this.#sliceOf.keys();
  }

  add(connection: Connection): void {
    const slice = this.#slices[this.#added % slices];
    this.#added += 1;
    if (!slice) return;
    slice.add(connection);
    this.#sliceOf.set(connection, slice);
  }

  remove(connection: Connection): void {
    this.#sliceOf.get(connection)?.delete(connection);
    this.#sliceOf.delete(connection);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.#sliceOf.keys()) this.#check(connection, nowMs);
    this.#turn = (this.#turn + 1) % slices;
    for (const connection of this.#slices[this.#turn] ?? []) connection.outbox.pushPing();
  }

  #check(connection: Connection, nowMs: number): void {
    const { heartbeatTimeoutMs, joinTimeoutMs } = this.#limits;
    if (nowMs - connection.heardAtMs >= heartbeatTimeoutMs) connection.disconnect('heartbeatTimeout');
    else if (!connection.session && nowMs - connection.idleSinceMs >= joinTimeoutMs)
      connection.disconnect('joinTimeout');
  }
}
