/** Counts by a label with few values, such as a method or an error code. */
export class Tally implements Iterable<readonly [string, number]> {
  readonly #counts = new Map<string, { count: number }>();

  add(label: string, count = 1): void {
    const counted = this.#counts.get(label);
    if (counted) counted.count += count;
    else this.#counts.set(label, { count });
  }

  *[Symbol.iterator](): Iterator<readonly [string, number]> {
    for (const [label, { count }] of this.#counts) yield [label, count];
  }
}

/** Upper bounds of a histogram's buckets, in seconds. */
export const durationBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] as const;

/** Counts durations as a histogram does. */
export class DurationTally {
  /** One for each bucket, and one for what is longer. */
  readonly counts: number[] = Array.from({ length: durationBuckets.length + 1 }, () => 0);
  /** Of all durations, in seconds. */
  sum = 0;

  add(seconds: number): void {
    let bucket = 0;
    while (seconds > (durationBuckets[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }
}

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
  /** From the join request to its reply. */
  readonly joinSeconds = new DurationTally();
  /** From a publish offer to its answer. */
  readonly publishSeconds = new DurationTally();
  readonly requests: Tally = new Tally();
  /** Failed requests and refusals by code. */
  readonly errors: Tally = new Tally();
  /** What became of acknowledged messages, counted for each user they are for. */
  readonly keptMessages: Tally = new Tally();
  /** Why sessions ended: `left`, `timeout`, `removed` or a code. */
  readonly sessionsEnded: Tally = new Tally();
}
