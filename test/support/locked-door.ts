import { createToken, type TokenRequest } from '../../src/signaling/auth/create-token.ts';
import { Doorkeeper } from '../../src/signaling/auth/doorkeeper.ts';
import { Revocations } from '../../src/signaling/auth/revocations.ts';
import { TokenVerifier } from '../../src/signaling/auth/token-verifier.ts';
import { SignalingClient } from './signaling-client.ts';

const secret = 'a-secret-of-at-least-thirty-two-bytes';
/** As `auth.apiKeys` takes it. */
export const keyOfLockedDoor = `web:${secret}`;

/** What a server with a lock is made of, with the API key `web`. */
export function lockedDoor({
  mode = 'token',
  revocations = new Revocations({ maxEntries: 10, keptMs: 60_000 }),
}: {
  mode?: 'open' | 'token';
  revocations?: Revocations;
} = {}) {
  const verifier = new TokenVerifier({ apiKeys: new Map([['web', secret]]), clockToleranceSeconds: 0, revocations });
  return { verifier, doorkeeper: new Doorkeeper({ mode, verifier, clockToleranceSeconds: 0, revocations }) };
}

/** A token for the room `tea`, of an ordinary participant unless more is said. */
export function tokenOf(identity: string, options: Partial<TokenRequest> = {}): Promise<string> {
  return createToken({ apiKey: 'web', secret, identity, room: 'tea', ttlSeconds: 60, ...options });
}

/** Joins `tea` with a token of one's own, made now unless there is one already. */
export async function joinAs(
  url: string,
  identity: string,
  { token, ...options }: Partial<TokenRequest> & { token?: string } = {},
): ReturnType<typeof SignalingClient.join> {
  const room = options.room ?? 'tea';
  return SignalingClient.join(url, { room, name: identity, token: token ?? (await tokenOf(identity, options)) });
}
