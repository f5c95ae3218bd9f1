import { createHmac } from 'node:crypto';

export interface TurnCredentials {
  readonly username: string;
  readonly credential: string;
  readonly expiresAtMs: number;
}

/**
 * Makes short-lived credentials of the kind coturn (`use-auth-secret`) and eturnal accept with the same secret: the user
 * name is `expiry:user`, expiry in seconds of Unix time, and the password the base64 HMAC-SHA1 of that name.
 * `now` is in milliseconds and is the present unless given.
 */
export function createTurnCredentials(options: {
  secret: string;
  user: string;
  ttlSeconds: number;
  now?: number;
}): TurnCredentials {
  const expiresAt = Math.floor((options.now ?? Date.now()) / 1000) + options.ttlSeconds;
  const username = `${expiresAt}:${options.user}`;
  return { username, credential: ephemeralPassword(options.secret, username), expiresAtMs: expiresAt * 1000 };
}

export function ephemeralPassword(secret: string, username: string): string {
  return createHmac('sha1', secret).update(username, 'utf8').digest('base64');
}

export interface EphemeralUsername {
  readonly expiresAtSeconds: number;
  /** What stays the same when the credentials are renewed; quotas, revocation and error 441 go by it. */
  readonly identity: string;
}

/** Takes `expiry:user` apart; a bare `expiry`, which coturn allows too, is its own identity. */
export function parseEphemeralUsername(username: string): EphemeralUsername | undefined {
  const match = /^(\d{1,12})(?::(.+))?$/s.exec(username);
  if (match === null) return undefined;
  return { expiresAtSeconds: Number(match[1]), identity: match[2] ?? username };
}
