import type { Logger } from '../shared/logger.ts';
import type { RoomRegistry } from './rooms/room-registry.ts';
import type { Session } from './rooms/session.ts';
import type { SessionRegistry } from './rooms/session-registry.ts';
import { eventHead } from './wire/event-text.ts';

interface DrainOptions {
  rooms: RoomRegistry;
  sessions: SessionRegistry;
  logger: Logger;
}

/** The last time of a server: no new rooms begin, those that are open go on until they are empty or the time is over. */
export class Drain {
  readonly #options: DrainOptions;
  /** Milliseconds since 1970, as clients are told. */
  #deadline: number | undefined;
  #ended: Promise<void> | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  get begun(): boolean {
    return this.#options.rooms.isDraining;
  }

  /** Resolves when nobody is left or the time is over. Idempotent: the first deadline stays. */
  run(timeoutMs: number): Promise<void> {
    this.#ended ??= this.#run(timeoutMs);
    return this.#ended;
  }

  /** No new rooms from now on. Idempotent. */
  refuseRooms(): void {
    this.#options.rooms.isDraining = true;
  }

  /** Tells a newcomer what the others have been told. */
  inform(session: Session): void {
    if (this.#deadline !== undefined) session.send('draining', { deadline: this.#deadline });
  }

  async #run(timeoutMs: number): Promise<void> {
    const { rooms, sessions, logger } = this.#options;
    this.refuseRooms();
    this.#deadline = Date.now() + timeoutMs;
    logger.info({ rooms: rooms.size, sessions: sessions.size, timeoutMs }, 'draining');
    this.#announce(this.#deadline);
    const { promise: timedOut, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([sessions.emptied(), timedOut]);
    clearTimeout(timer);
    logger.info({ sessions: sessions.size }, 'drained');
  }

  /** Whoever is away has it in the events that are kept. */
  #announce(deadline: number): void {
    const head = eventHead('draining', { deadline });
    for (const room of this.#options.rooms.all()) {
      room.feed.publish([head]);
      for (const session of room.door.waiting.values()) session.sendHead(head);
    }
  }
}
