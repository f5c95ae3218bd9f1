import type { RevocationStore } from './revocation-store.ts';

/**
 * Identities whose tokens no longer count. Only tokens issued before the revocation are refused, so that a person can be
 * let in again with a new token; an entry is forgotten once every token it could concern has expired.
 */
export class Revocations {
  /** Identity to the time of its revocation, in milliseconds; in order of revocation. */
  readonly #revokedAt = new Map<string, number>();
  readonly #maxEntries: number;
  readonly #keptMs: number;
  readonly #now: () => number;
  readonly #store: RevocationStore | undefined;

  /** `store` has the revocations of earlier runs, and keeps those of this one. */
  constructor(options: { maxEntries: number; keptMs: number; now?: () => number; store?: RevocationStore }) {
    this.#maxEntries = options.maxEntries;
    this.#keptMs = options.keptMs;
    this.#now = options.now ?? Date.now;
    this.#store = options.store;
    for (const [identity, revokedAt] of this.#store?.load() ?? []) this.#revokedAt.set(identity, revokedAt);
  }

  /** Throws when it cannot be kept; it counts until the next start all the same. */
  revoke(identity: string): void {
    const now = this.#now();
    this.#revokedAt.delete(identity);
    this.#revokedAt.set(identity, now);
    const forgotten = this.#forgetOld();
    this.#store?.save(identity, now, forgotten);
  }

  /** `issuedAt` is the token's `iat` in seconds; a token without one counts as old. */
  isRevoked(identity: string, issuedAt: number | undefined): boolean {
    const revokedAt = this.#revokedAt.get(identity);
    if (revokedAt === undefined || this.#now() - revokedAt > this.#keptMs) return false;
    return issuedAt === undefined || issuedAt * 1000 <= revokedAt;
  }

  get size(): number {
    return this.#revokedAt.size;
  }

  /** @returns the identities that were forgotten. */
  #forgetOld(): string[] {
    const oldest = this.#now() - this.#keptMs;
    const forgotten: string[] = [];
    for (const [identity, revokedAt] of this.#revokedAt) {
      if (revokedAt >= oldest && this.#revokedAt.size <= this.#maxEntries) break;
      this.#revokedAt.delete(identity);
      forgotten.push(identity);
    }
    return forgotten;
  }
}
