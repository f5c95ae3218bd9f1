import type { SignalingLimits } from '../../shared/limits.ts';
import { Roster } from '../../shared/roster.ts';
import type { Connection } from './connection.ts';

/** Pings of ten thousand connections would block a turn for long; they are spread over this many parts of the interval. */
const slices = 20;

/**
 * The one timer of all connections: pings each once an interval, and closes those that were silent for too long or have
 * not joined in time. What it compares is a number per connection, so looking at all of them is cheap.
 */
export class ConnectionSweep {
  readonly #limits: SignalingLimits;
  readonly #slices: readonly Roster<Connection>[] = Array.from({ length: slices }, () => new Roster());
  readonly #timer: NodeJS.Timeout;
  #size = 0;
  #turn = 0;
  #added = 0;

  constructor(limits: SignalingLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#sweep(), Math.max(1, limits.heartbeatIntervalMs / slices));
  }

  get size(): number {
    return this.#size;
  }

  /** As they are now. */
  connections(): Connection[] {
    return this.#slices.flatMap((slice) => slice.values());
  }

  add(connection: Connection): void {
    connection.sweepSlice = this.#added % slices;
    this.#slices[connection.sweepSlice]?.add(connection);
    this.#added += 1;
    this.#size += 1;
  }

  remove(connection: Connection): void {
    if (this.#slices[connection.sweepSlice]?.delete(connection)) this.#size -= 1;
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.connections()) this.#check(connection, nowMs);
    this.#turn = (this.#turn + 1) % slices;
    for (const connection of this.#slices[this.#turn]?.values() ?? []) connection.outbox.pushPing();
  }

  #check(connection: Connection, nowMs: number): void {
    const { heartbeatTimeoutMs, joinTimeoutMs } = this.#limits;
    if (nowMs - connection.heardAtMs >= heartbeatTimeoutMs) connection.disconnect('heartbeatTimeout');
    else if (!connection.session && nowMs - connection.idleSinceMs >= joinTimeoutMs)
      connection.disconnect('joinTimeout');
  }
}
