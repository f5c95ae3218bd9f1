import { turnLimits } from '../../shared/limits.ts';
import { userhashOf } from '../stun/password-algorithm.ts';
import { ephemeralPassword, parseEphemeralUsername } from './turn-credentials.ts';

export interface KnownUser {
  readonly username: string;
  /** The base identity: the user name without its expiry. */
  readonly identity: string;
  /** Every password that is right at present: one for a static user, one for each secret for an ephemeral one. */
  readonly passwords: readonly string[];
}

/** Who may relay: static users, ephemeral users by shared secret, less those that were revoked. */
export class CredentialStore {
  readonly #realm: string;
  readonly #users: ReadonlyMap<string, string>;
  readonly #usernamesByHash: ReadonlyMap<string, string>;
  readonly #revokedUntil = new Map<string, number>();
  #secrets: readonly string[];

  constructor(options: { realm: string; secrets: readonly string[]; users: ReadonlyMap<string, string> }) {
    this.#realm = options.realm;
    this.#secrets = options.secrets;
    this.#users = options.users;
    const hashes = [...options.users.keys()].map((name) => [this.#hashOf(name), name] as const);
    this.#usernamesByHash = new Map(hashes);
  }

  setSecrets(secrets: readonly string[]): void {
    this.#secrets = secrets;
  }

  /** Refuses an identity from now on. Ephemeral credentials outlive no revocation, since they expire before it ends. */
  revoke(identity: string, nowMs: number): void {
    this.#revokedUntil.delete(identity);
    this.#revokedUntil.set(identity, nowMs + turnLimits.revocationMs);
    for (const [oldest] of this.#revokedUntil) {
      if (this.#revokedUntil.size <= turnLimits.maxRevokedUsers) break;
      this.#revokedUntil.delete(oldest);
    }
  }

  isRevoked(identity: string, nowMs: number): boolean {
    const until = this.#revokedUntil.get(identity);
    if (until !== undefined && until <= nowMs) this.#revokedUntil.delete(identity);
    return until !== undefined && until > nowMs;
  }

  /** The user of a name; undefined when unknown, expired or revoked. */
  find(username: string, nowMs: number): KnownUser | undefined {
    const user = this.#findStatic(username) ?? this.#findEphemeral(username, nowMs);
    return user === undefined || this.isRevoked(user.identity, nowMs) ? undefined : user;
  }

  /** A hash can only be looked up among static users: ephemeral names are not known beforehand. */
  usernameOfHash(userhash: Buffer): string | undefined {
    return this.#usernamesByHash.get(userhash.toString('hex'));
  }

  #findStatic(username: string): KnownUser | undefined {
    const password = this.#users.get(username);
    return password === undefined ? undefined : { username, identity: username, passwords: [password] };
  }

  #findEphemeral(username: string, nowMs: number): KnownUser | undefined {
    const ephemeral = parseEphemeralUsername(username);
    if (ephemeral === undefined || ephemeral.expiresAtSeconds * 1000 <= nowMs) return undefined;
    const passwords = this.#secrets.map((secret) => ephemeralPassword(secret, username));
    return { username, identity: ephemeral.identity, passwords };
  }

  #hashOf(username: string): string {
    return userhashOf(username, this.#realm).toString('hex');
  }
}
