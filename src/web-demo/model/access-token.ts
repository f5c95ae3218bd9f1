/** What an access token (a JWT, RFC 7519) says of itself: unverified, so good for words and never for a decision. */
export interface TokenClaims {
  readonly room: string | null;
  /** The name that the others will see, whatever is typed. */
  readonly name: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | null;
  /** It is made to be passed on. */
  readonly isLink: boolean;
}

/** Null for what is no JWT. */
export function readToken(token: string): TokenClaims | null {
  const claims = parsePayload(token.split('.')[1] ?? '');
  if (claims === null) return null;
  const { room, name, exp, link } = claims;
  return {
    room: typeof room === 'string' ? room : null,
    name: typeof name === 'string' && name !== '' ? name : null,
    expiresAt: typeof exp === 'number' ? exp * 1000 : null,
    isLink: link === true,
  };
}

/** A trailing `*` in the claim stands for any ending. */
export function opensRoom(token: string, room: string): boolean {
  const pattern = readToken(token)?.room ?? '';
  return pattern.endsWith('*') ? room.startsWith(pattern.slice(0, -1)) : room === pattern;
}

export type TokenProblem = 'missing' | 'expired' | 'otherRoom' | 'invalid';

/** Why a server may have refused a token, as far as the token itself tells. */
export function tokenProblem(token: string | null, room: string, now: number): TokenProblem {
  if (token === null) return 'missing';
  const claims = readToken(token);
  if (claims === null) return 'invalid';
  if (claims.expiresAt !== null && claims.expiresAt <= now) return 'expired';
  return claims.room === null || opensRoom(token, room) ? 'invalid' : 'otherRoom';
}

function parsePayload(base64url: string): Readonly<Record<string, unknown>> | null {
  try {
    const bytes = Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? { ...claims } : null;
  } catch {
    return null;
  }
}
