import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { CrosspointError } from '../../shared/errors.ts';
import { createToken } from './create-token.ts';
import { Revocations } from './revocations.ts';
import { TokenVerifier, type TokenVerifierOptions } from './token-verifier.ts';

const secret = 'a-secret-of-at-least-thirty-two-bytes';
const valid = { apiKey: 'key1', secret, identity: 'alice', room: 'team-1', ttlSeconds: 60 };

function createVerifier(options: Partial<TokenVerifierOptions> = {}): TokenVerifier {
  return new TokenVerifier({
    apiKeys: new Map([['key1', secret]]),
    clockToleranceSeconds: 5,
    revocations: new Revocations({ maxEntries: 10, keptMs: 60_000 }),
    ...options,
  });
}

async function refusalOf(verification: Promise<unknown>): Promise<string> {
  const error = await verification.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CrosspointError)) throw new Error('expected a CrosspointError');
  expect(error.code).toBe('unauthorized');
  return error.message;
}

function signed(claims: JWTPayload, key: Parameters<SignJWT['sign']>[0], alg: string, kid?: string): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, ...(kid ? { kid } : {}) }).sign(key);
}

const inAMinute = () => Math.floor(Date.now() / 1000) + 60;
const hmacKey = new TextEncoder().encode(secret);

describe('TokenVerifier with API keys', () => {
  it('gives the claims of a valid token, with the grants of an ordinary participant by default', async () => {
    const token = await createToken({ ...valid, name: 'Alice', metadata: { team: 'red' } });
    const claims = await createVerifier().verify(token, 'team-1');
    expect(claims).toMatchObject({ sub: 'alice', name: 'Alice', metadata: { team: 'red' }, room: 'team-1' });
    expect(claims.grants).toEqual({
      join: true,
      createRoom: true,
      publish: true,
      subscribe: true,
      message: true,
      updateOwn: true,
      hidden: false,
      recorder: false,
      moderate: false,
    });
  });

  it('keeps the grants that the token names', async () => {
    const token = await createToken({ ...valid, grants: { publish: ['microphone'], moderate: true } });
    const claims = await createVerifier().verify(token, 'team-1');
    expect(claims.grants).toMatchObject({ publish: ['microphone'], moderate: true, subscribe: true });
  });

  it('opens every room that a pattern covers, and no other', async () => {
    const token = await createToken({ ...valid, room: 'team-*' });
    await expect(createVerifier().verify(token, 'team-7')).resolves.toMatchObject({ sub: 'alice' });
    expect(await refusalOf(createVerifier().verify(token, 'board'))).toMatch(/another room/);
  });

  it('refuses a missing token, garbage, a wrong secret, an unknown key and another room', async () => {
    const verifier = createVerifier();
    const wrongSecret = await createToken({ ...valid, secret: 'another-secret-of-thirty-two-bytes!!' });
    const unknownKey = await createToken({ ...valid, apiKey: 'constructor' });
    expect(await refusalOf(verifier.verify(undefined, 'team-1'))).toMatch(/asks for an access token/);
    expect(await refusalOf(verifier.verify('garbage', 'team-1'))).toMatch(/cannot be verified/);
    expect(await refusalOf(verifier.verify(wrongSecret, 'team-1'))).toMatch(/signature/);
    expect(await refusalOf(verifier.verify(unknownKey, 'team-1'))).toMatch(/unknown API key/);
    expect(await refusalOf(verifier.verify(await createToken(valid), 'team-2'))).toMatch(/another room/);
  });

  it('allows clocks to differ by the tolerance and no more', async () => {
    const within = await createToken({ ...valid, ttlSeconds: -2 });
    const beyond = await createToken({ ...valid, ttlSeconds: -20 });
    await expect(createVerifier().verify(within, 'team-1')).resolves.toMatchObject({ sub: 'alice' });
    expect(await refusalOf(createVerifier().verify(beyond, 'team-1'))).toMatch(/expired/);
  });

  it('refuses a token before its time and one that never expires', async () => {
    const claims = { iss: 'key1', sub: 'alice', room: 'team-1' };
    const early = await signed({ ...claims, exp: inAMinute() + 600, nbf: inAMinute() }, hmacKey, 'HS256');
    const endless = await signed(claims, hmacKey, 'HS256');
    expect(await refusalOf(createVerifier().verify(early, 'team-1'))).toMatch(/nbf/);
    expect(await refusalOf(createVerifier().verify(endless, 'team-1'))).toMatch(/exp/);
  });

  it('refuses claims of the wrong shape and says which', async () => {
    const token = await signed({ iss: 'key1', sub: 'alice', room: 7, exp: inAMinute() }, hmacKey, 'HS256');
    expect(await refusalOf(createVerifier().verify(token, 'team-1'))).toMatch(/room/);
  });

  it('refuses an unsigned token', async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${encode({ alg: 'none' })}.${encode({ iss: 'key1', sub: 'alice', room: 'team-1', exp: inAMinute() })}.`;
    expect(await refusalOf(createVerifier().verify(token, 'team-1'))).toMatch(/not accepted|cannot be verified/);
  });

  it('refuses tokens issued before the identity was revoked', async () => {
    let now = Date.now() + 1_000;
    const revocations = new Revocations({ maxEntries: 10, keptMs: 60_000, now: () => now });
    const token = await createToken(valid);
    revocations.revoke('alice');
    expect(await refusalOf(createVerifier({ revocations }).verify(token, 'team-1'))).toMatch(/revoked/);
    now += 61_000;
    await expect(createVerifier({ revocations }).verify(token, 'team-1')).resolves.toMatchObject({ sub: 'alice' });
  });
});

describe('TokenVerifier with a JWK set', () => {
  async function keySet(alg: 'EdDSA' | 'RS256') {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'idp-1', alg };
    const jwks: JSONWebKeySet = { keys: [jwk] };
    return { privateKey, jwks };
  }
  const claims = () => ({ iss: 'https://idp.example', sub: 'alice', room: 'team-1', exp: inAMinute() });

  it.each(['EdDSA', 'RS256'] as const)('accepts %s tokens of the issuer and refuses those of another', async (alg) => {
    const { privateKey, jwks } = await keySet(alg);
    const token = await signed(claims(), privateKey, alg, 'idp-1');
    const verifier = createVerifier({ jwks, issuer: 'https://idp.example' });
    await expect(verifier.verify(token, 'team-1')).resolves.toMatchObject({ sub: 'alice' });
    const strict = createVerifier({ jwks, issuer: 'https://other.example' });
    expect(await refusalOf(strict.verify(token, 'team-1'))).toMatch(/iss/);
  });

  it('refuses a key that is not in the set, and any public-key token where no set is configured', async () => {
    const { jwks } = await keySet('EdDSA');
    const { privateKey } = await keySet('EdDSA');
    const token = await signed(claims(), privateKey, 'EdDSA', 'idp-2');
    expect(await refusalOf(createVerifier({ jwks }).verify(token, 'team-1'))).toMatch(/unknown key/);
    expect(await refusalOf(createVerifier().verify(token, 'team-1'))).toMatch(/not accepted/);
  });

  it('makes nobody an administrator, whom only an API key can name', async () => {
    const { privateKey, jwks } = await keySet('EdDSA');
    const verifier = createVerifier({ jwks });
    const admin = { ...claims(), grants: { admin: true } };
    const refused = { code: 'unauthorized' };
    await expect(verifier.verifyAdmin(await signed(admin, privateKey, 'EdDSA', 'idp-1'))).rejects.toMatchObject(
      refused,
    );
    const posing = await signed({ ...admin, iss: 'key1' }, privateKey, 'EdDSA', 'idp-1');
    await expect(verifier.verifyAdmin(posing)).rejects.toMatchObject(refused);
    const genuine = await signed({ ...admin, iss: 'key1' }, hmacKey, 'HS256');
    await expect(verifier.verifyAdmin(genuine)).resolves.toMatchObject({ room: 'team-1' });
  });

  it('never takes a public key for an HMAC secret', async () => {
    const { jwks } = await keySet('RS256');
    const publicText = new TextEncoder().encode(JSON.stringify(jwks.keys[0]));
    const token = await signed(claims(), publicText, 'HS256', 'idp-1');
    expect(await refusalOf(createVerifier({ jwks }).verify(token, 'team-1'))).toMatch(/unknown API key/);
  });
});
