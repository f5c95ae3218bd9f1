import { bounds } from '../../protocol/bounds.ts';
import type { RequestInput } from '../../protocol/requests.ts';
import { CrosspointClientError } from '../client-error.ts';
import type { SubscribeOptions } from '../options.ts';

/** A track as it is wanted, or not at all. */
type Wish = SubscribeOptions | 'unsubscribed';

interface Waiter {
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface WishSender {
  subscribe(params: RequestInput<'subscribe'>): Promise<unknown>;
  unsubscribe(params: RequestInput<'unsubscribe'>): Promise<unknown>;
  /** False for tracks that have ended meanwhile; nothing is asked about them. */
  exists(trackId: string): boolean;
}

/**
 * What the application wants to receive. Wishes are gathered while a request is under way, and only the newest of each
 * track is sent: a person who resizes a window causes one request per round trip, not one per pixel.
 */
export class SubscriptionWishes {
  readonly #wishes = new Map<string, Wish>();
  readonly #sender: WishSender;
  #dirty = new Set<string>();
  #waiters: Waiter[] = [];
  #sending = false;

  constructor(sender: WishSender) {
    this.#sender = sender;
  }

  set(trackId: string, wish: Wish): Promise<void> {
    this.#wishes.set(trackId, wish);
    this.#dirty.add(trackId);
    const done = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    void this.#flush();
    return done;
  }

  forget(trackId: string): void {
    this.#wishes.delete(trackId);
    this.#dirty.delete(trackId);
  }

  /** A new session knows nothing of the wishes; those about tracks that still exist are sent again. */
  repeat(): void {
    for (const trackId of this.#wishes.keys()) {
      if (this.#sender.exists(trackId)) this.#dirty.add(trackId);
      else this.#wishes.delete(trackId);
    }
    void this.#flush();
  }

  clear(): void {
    this.#wishes.clear();
    this.#dirty.clear();
  }

  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    // What is wished in the same turn leaves in the same request.
    await Promise.resolve();
    while (this.#dirty.size > 0 || this.#waiters.length > 0) await this.#sendBatch();
    this.#sending = false;
  }

  async #sendBatch(): Promise<void> {
    const trackIds = [...this.#dirty].filter((trackId) => this.#sender.exists(trackId));
    const waiters = this.#waiters;
    this.#dirty = new Set();
    this.#waiters = [];
    try {
      await this.#request(trackIds);
      for (const waiter of waiters) waiter.resolve();
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    }
  }

  /** A track may end while it is being asked for. The server then refuses the request and names it; the rest still holds. */
  async #request(trackIds: string[]): Promise<void> {
    try {
      await Promise.all(this.#requestsFor(trackIds));
    } catch (error) {
      const gone = endedTracks(error);
      const rest = trackIds.filter((trackId) => !gone.includes(trackId));
      if (rest.length === trackIds.length) throw error;
      for (const trackId of gone) this.forget(trackId);
      if (rest.length > 0) await this.#request(rest);
    }
  }

  #requestsFor(trackIds: string[]): Promise<unknown>[] {
    const wanted: RequestInput<'subscribe'>['tracks'] = [];
    const unwanted: string[] = [];
    for (const track of trackIds) {
      const wish = this.#wishes.get(track);
      if (wish === 'unsubscribed') unwanted.push(track);
      else if (wish) wanted.push({ track, ...roundSizes(wish) });
    }
    return [
      ...chunks(wanted).map((tracks) => this.#sender.subscribe({ tracks })),
      ...chunks(unwanted).map((tracks) => this.#sender.unsubscribe({ tracks })),
    ];
  }
}

function endedTracks(error: unknown): string[] {
  if (!(error instanceof CrosspointClientError) || error.code !== 'trackNotFound') return [];
  const { data } = error;
  const tracks = typeof data === 'object' && data !== null && 'tracks' in data ? data.tracks : [];
  return Array.isArray(tracks) ? tracks.filter((id): id is string => typeof id === 'string') : [];
}

function chunks<Item>(items: Item[]): Item[][] {
  const parts: Item[][] = [];
  for (let start = 0; start < items.length; start += bounds.tracksPerRequest) {
    parts.push(items.slice(start, start + bounds.tracksPerRequest));
  }
  return parts;
}

/** Tiles have fractions of pixels, and a hidden one has none; the protocol takes whole pixels from 1. */
function roundSizes({ width, height, ...rest }: SubscribeOptions): SubscribeOptions {
  return {
    ...rest,
    ...(width !== undefined && { width: Math.max(1, Math.round(width)) }),
    ...(height !== undefined && { height: Math.max(1, Math.round(height)) }),
  };
}
