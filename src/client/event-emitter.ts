type Listener<Arguments extends unknown[]> = (...values: Arguments) => void;

/** What an emitter of ours can tell: event names with the tuple of their arguments. */
export type EventMap<Events> = { [Name in keyof Events]: unknown[] };

/**
 * A typed event emitter for browsers and Node. A listener that throws harms neither the other listeners nor the
 * emitter: its error is reported as uncaught, like that of a DOM listener.
 */
export class EventEmitter<Events extends EventMap<Events>> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    let listeners = this.#listeners.get(name);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(name, listeners);
    }
    listeners.add(listener);
    return () => this.off(name, listener);
  }

  /** Adds a listener that is removed before its first call. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const remove = this.on(name, (...values: Events[Name]) => {
      remove();
      listener(...values);
    });
    return remove;
  }

  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  emit<Name extends keyof Events>(name: Name, ...values: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    if (!listeners) return;
    for (const listener of [...listeners] as Listener<Events[Name]>[]) {
      try {
        listener(...values);
      } catch (error) {
        reportListenerError(error);
      }
    }
  }
}

function reportListenerError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
