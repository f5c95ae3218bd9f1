import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { CrosspointError } from '../../shared/errors.ts';
import { type AccessClaims, type AdminClaims, accessClaims, adminClaims, roomMatches } from './access-token.ts';
import type { Revocations } from './revocations.ts';

export interface TokenVerifierOptions {
  /** API keys by their id; a token names its key in `iss` and is signed with the secret (HS256). */
  apiKeys: ReadonlyMap<string, string>;
  /** Public keys of an identity provider: a JWK set itself, or where to fetch it. */
  jwks?: JSONWebKeySet | URL;
  /** Required `iss` of tokens verified by `jwks`. */
  issuer?: string;
  /** Required `aud`, where one is set. */
  audience?: string;
  /** How far clocks may differ, in seconds. */
  clockToleranceSeconds: number;
  revocations: Revocations;
}

/** Asymmetric algorithms only: a public key must never serve as an HMAC secret. */
const jwksAlgorithms = ['EdDSA', 'RS256', 'ES256'];

/** Decides from a token who comes in and what they may do. */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #secrets: ReadonlyMap<string, Uint8Array>;
  readonly #publicKeys: JWTVerifyGetKey | undefined;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    const encoder = new TextEncoder();
    this.#secrets = new Map([...options.apiKeys].map(([id, secret]) => [id, encoder.encode(secret)]));
    this.#publicKeys = keySource(options.jwks);
  }

  /**
   * Verifies a token for a room.
   * @throws CrosspointError `unauthorized` with a sentence that says what is wrong with the token, never what it holds.
   */
  async verify(token: string | undefined, room: string): Promise<AccessClaims> {
    if (token === undefined) throw refusal('This server asks for an access token.');
    const claims = await this.#verifySignature(token);
    const parsed = accessClaims.safeParse(claims);
    if (!parsed.success)
      throw refusal(`The token lacks a claim or has a bad one: ${describeIssues(parsed.error.issues)}.`);
    if (!roomMatches(parsed.data.room, room)) throw refusal('The token is for another room.');
    if (this.#options.revocations.isRevoked(parsed.data.sub, parsed.data.iat))
      throw refusal('The identity was revoked.');
    return parsed.data;
  }

  /**
   * Verifies a token for the HTTP API. Only API keys count: who can obtain claims from an identity provider cannot make
   * themselves an administrator.
   * @throws CrosspointError `unauthorized`, or `forbidden` for a good token without the grant.
   */
  async verifyAdmin(token: string | undefined): Promise<AdminClaims> {
    if (token === undefined) throw refusal('Send a token with the grant admin: Authorization: Bearer TOKEN.');
    const claims = await this.#verifyWithApiKey(token).catch((error: unknown) => {
      throw error instanceof CrosspointError ? error : refusal(describeFailure(error), error);
    });
    const parsed = adminClaims.safeParse(claims);
    if (!parsed.success) throw new CrosspointError('forbidden', { message: 'The token lacks the grant admin.' });
    return parsed.data;
  }

  async #verifySignature(token: string): Promise<JWTPayload> {
    try {
      const { alg } = decodeProtectedHeader(token);
      return alg === 'HS256' ? await this.#verifyWithApiKey(token) : await this.#verifyWithPublicKey(token);
    } catch (error) {
      throw error instanceof CrosspointError ? error : refusal(describeFailure(error), error);
    }
  }

  async #verifyWithApiKey(token: string): Promise<JWTPayload> {
    const secret = this.#secrets.get(decodeJwt(token).iss ?? '');
    if (!secret) throw refusal('The token was signed with an unknown API key.');
    const { payload } = await jwtVerify(token, secret, { ...this.#checks(), algorithms: ['HS256'] });
    return payload;
  }

  async #verifyWithPublicKey(token: string): Promise<JWTPayload> {
    if (!this.#publicKeys) throw refusal('The token’s algorithm is not accepted here.');
    const { issuer } = this.#options;
    const { payload } = await jwtVerify(token, this.#publicKeys, {
      ...this.#checks(),
      algorithms: jwksAlgorithms,
      ...(issuer === undefined ? {} : { issuer }),
    });
    return payload;
  }

  #checks() {
    const { audience, clockToleranceSeconds } = this.#options;
    return {
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp'],
      ...(audience === undefined ? {} : { audience }),
    };
  }
}

function keySource(jwks: JSONWebKeySet | URL | undefined): JWTVerifyGetKey | undefined {
  if (jwks === undefined) return undefined;
  return jwks instanceof URL ? fetchedKeys(jwks) : createLocalJWKSet(jwks);
}

/** That the keys cannot be fetched is not the token's fault, and must not look so. */
function fetchedKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url);
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new CrosspointError('internalError', {
        message: 'The identity provider’s keys are not to be had.',
        cause: error,
      });
    }
  };
}

function refusal(message: string, cause?: unknown): CrosspointError {
  return new CrosspointError('unauthorized', { message, cause });
}

function describeFailure(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `The token’s claim ${error.claim} does not hold.`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The token’s signature does not match.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token was signed with an unknown key.';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token’s algorithm is not accepted here.';
  return 'The token cannot be verified.';
}

function describeIssues(issues: { path: PropertyKey[]; message: string }[]): string {
  return issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
