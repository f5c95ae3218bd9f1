import { SignJWT } from 'jose';
import type { TokenGrants } from './access-token.ts';

export interface TokenRequest {
  apiKey: string;
  secret: string;
  identity: string;
  /** Room name; a trailing `*` stands for any ending. */
  room: string;
  ttlSeconds: number;
  name?: string;
  metadata?: Record<string, string>;
  /** `admin` makes it a token for the HTTP API. */
  grants?: TokenGrants & { admin?: boolean };
  /** For a link that people pass on: whoever brings it has no identity of their own. */
  link?: boolean;
}

/** Signs an access token (HS256) that `TokenVerifier` accepts. */
export async function createToken(request: TokenRequest): Promise<string> {
  const { apiKey, secret, identity, room, ttlSeconds, name, metadata, grants, link } = request;
  const claims = { room, name, metadata, grants, link };
  return new SignJWT(Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(apiKey)
    .setSubject(identity)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + ttlSeconds)
    .sign(new TextEncoder().encode(secret));
}
