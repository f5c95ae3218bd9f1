/** Counts by a label with few values, such as a method or an error code. */
export class Tally implements Iterable<readonly [string, number]> {
  readonly #counts = new Map<string, number>();

  add(label: string, count = 1): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + count);
  }

  [Symbol.iterator](): Iterator<readonly [string, number]> {
    return this.#counts.entries();
  }
}

/** Takes durations, as a histogram of a metrics registry does. */
interface DurationObserver {
  observe(seconds: number): void;
}

const nobody: DurationObserver = { observe: () => undefined };

/**
 * Counters of the hub's hot path. Adding to a field costs a nanosecond where a labelled prom-client counter costs a
 * microsecond, so the hub adds here, and the registry reads when somebody scrapes.
 */
export class HubCounters {
  connectionsAccepted = 0;
  connectionsRefused = 0;
  framesReceived = 0;
  bytesReceived = 0;
  framesSent = 0;
  bytesSent = 0;
  /** Writes to sockets; frames per write tells how well sending is coalesced. */
  writes = 0;
  resumes = 0;
  /** From the join request to its reply, and from a publish offer to its answer; replaced where metrics are served. */
  joinSeconds: DurationObserver = nobody;
  publishSeconds: DurationObserver = nobody;
  readonly requests: Tally = new Tally();
  /** Failed requests and refusals by code. */
  readonly errors: Tally = new Tally();
  /** What became of acknowledged messages, counted for each user they are for. */
  readonly keptMessages: Tally = new Tally();
  /** Why sessions ended: `left`, `timeout`, `removed` or a code. */
  readonly sessionsEnded: Tally = new Tally();
}
