import { FrameMemory } from './frame-memory.ts';
import { FrameSlab } from './frame-slab.ts';
import { SendArena } from './send-arena.ts';

interface Distributor {
  distribute(arena: SendArena): void;
}

interface Flushable {
  flush(arena: SendArena): void;
}

interface Releasable {
  release(): void;
}

/**
 * Ends the event-loop turn for everything that has output: one `setImmediate` for the whole process hands rooms' events
 * to their members, and then writes what each socket has to get in one write. A busy server waits for some more turns.
 */
export class TurnFlusher {
  /** For texts that wait in outboxes. */
  readonly frames = new FrameSlab();
  /** For events that wait in feeds. */
  readonly memory = new FrameMemory();
  readonly #holdMs: () => number;
  readonly #arena = new SendArena();
  #feeds: Distributor[] = [];
  #outboxes: Flushable[] = [];
  #retired: Releasable[] = [];
  #deferred: (() => void)[] = [];
  #scheduled = false;
  #distributing = false;

  /** `holdMs` says how long output may wait for more. */
  constructor(holdMs: () => number = () => 0) {
    this.#holdMs = holdMs;
  }

  /** Every feed and outbox adds itself once a turn, with its first output. */
  addFeed(feed: Distributor): void {
    this.#feeds.push(feed);
    this.#schedule();
  }

  /** What a feed hands out leaves right away, so that such an outbox need not be visited again. */
  addOutbox(outbox: Flushable): void {
    if (this.#distributing) return;
    this.#outboxes.push(outbox);
    this.#schedule();
  }

  /** Takes a batch that outboxes may still hold for the rest of this turn. */
  retire(batch: Releasable): void {
    this.#retired.push(batch);
  }

  /** Runs a consequence of sending once the turn's output is on its way: feeds must not change while they distribute. */
  defer(task: () => void): void {
    this.#deferred.push(task);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const holdMs = this.#holdMs();
    if (holdMs > 0) setTimeout(this.#flush, holdMs);
    else setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const feeds = this.#feeds;
    this.#feeds = [];
    this.#distributing = true;
    for (const feed of feeds) feed.distribute(this.#arena);
    this.#distributing = false;
    const outboxes = this.#outboxes;
    this.#outboxes = [];
    this.#scheduled = false;
    for (const outbox of outboxes) outbox.flush(this.#arena);
    this.#rest();
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const task of deferred) task();
  };

  /** What was waiting has been written. */
  #rest(): void {
    this.#arena.rest();
    if (this.#scheduled) return;
    this.frames.clear();
    const retired = this.#retired;
    this.#retired = [];
    for (const batch of retired) batch.release();
  }
}
