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

  constructor(options: { maxEntries: number; keptMs: number; now?: () => number }) {
    this.#maxEntries = options.maxEntries;
    this.#keptMs = options.keptMs;
    this.#now = options.now ?? Date.now;
  }

  revoke(identity: string): void {
    this.#revokedAt.delete(identity);
    this.#revokedAt.set(identity, this.#now());
    this.#forgetOld();
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

  #forgetOld(): void {
    const oldest = this.#now() - this.#keptMs;
    for (const [identity, revokedAt] of this.#revokedAt) {
      if (revokedAt >= oldest && this.#revokedAt.size <= this.#maxEntries) return;
      this.#revokedAt.delete(identity);
    }
  }
}
