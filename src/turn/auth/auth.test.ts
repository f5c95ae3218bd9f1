import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { turnLimits } from '../../shared/limits.ts';
import { CredentialStore } from './credential-store.ts';
import { announcesPasswordAlgorithms, NonceIssuer } from './nonce-issuer.ts';
import { createTurnCredentials, parseEphemeralUsername } from './turn-credentials.ts';

const now = 1_700_000_000_000;

describe('ephemeral credentials', () => {
  test('are what coturn computes: base64 HMAC-SHA1 of "expiry:user"', () => {
    const made = createTurnCredentials({ secret: 'north', user: 'alice', ttlSeconds: 600, now });
    expect(made).toEqual({
      username: '1700000600:alice',
      credential: createHmac('sha1', 'north').update('1700000600:alice').digest('base64'),
      expiresAtMs: 1_700_000_600_000,
    });
    expect(made.credential).toMatch(/^[A-Za-z0-9+/]{27}=$/);
  });

  test('are identified by the part after the expiry, or as a whole without one', () => {
    expect(parseEphemeralUsername('1700000600:a:b')).toEqual({ expiresAtSeconds: 1_700_000_600, identity: 'a:b' });
    expect(parseEphemeralUsername('1700000600')?.identity).toBe('1700000600');
    expect(parseEphemeralUsername('alice')).toBeUndefined();
    expect(parseEphemeralUsername('1e9:alice')).toBeUndefined();
    expect(parseEphemeralUsername(':alice')).toBeUndefined();
  });
});

describe('the credential store', () => {
  const create = () =>
    new CredentialStore({ realm: 'r', secrets: ['old secret', 'new secret'], users: new Map([['alice', 'pw']]) });

  test('knows static users and nobody by the names of object properties', () => {
    expect(create().find('alice', now)?.passwords).toEqual(['pw']);
    for (const name of ['constructor', '__proto__', 'toString', 'bob', ''])
      expect(create().find(name, now)).toBeUndefined();
  });

  test('offers one password for each secret of an ephemeral user until the expiry', () => {
    const { username, credential } = createTurnCredentials({
      secret: 'new secret',
      user: 'carol',
      ttlSeconds: 10,
      now,
    });
    expect(create().find(username, now)?.identity).toBe('carol');
    expect(create().find(username, now)?.passwords).toHaveLength(2);
    expect(create().find(username, now)?.passwords).toContain(credential);
    expect(create().find(username, now + 9_999)).toBeDefined();
    expect(create().find(username, now + 10_000)).toBeUndefined();
  });

  test('refuses a revoked identity whatever its expiry, and others not', () => {
    const store = create();
    store.revoke('carol', now);
    store.revoke('alice', now);
    expect(store.find(`${now / 1000 + 99}:carol`, now)).toBeUndefined();
    expect(store.find(`${now / 1000 + 99}:dave`, now)).toBeDefined();
    expect(store.find('alice', now)).toBeUndefined();
    expect(store.find('alice', now + turnLimits.revocationMs)).toBeDefined();
  });

  test('forgets the oldest revocation beyond its bound', () => {
    const store = create();
    store.revoke('alice', now);
    for (let index = 0; index < turnLimits.maxRevokedUsers; index += 1) store.revoke(`user ${index}`, now);
    expect(store.isRevoked('alice', now)).toBe(false);
    expect(store.isRevoked('user 0', now)).toBe(true);
  });
});

describe('nonces', () => {
  const options = { key: Buffer.alloc(32, 7), lifetimeMs: 60_000, passwordAlgorithms: true, usernameAnonymity: false };

  test('are fresh for the address and time they were issued for, and for nothing else', () => {
    const issuer = new NonceIssuer(options);
    const nonce = issuer.issue('192.0.2.1', now);
    expect(issuer.isFresh(nonce, '192.0.2.1', now + 59_000)).toBe(true);
    expect(issuer.isFresh(nonce, '192.0.2.1', now + 60_001)).toBe(false);
    expect(issuer.isFresh(nonce, '192.0.2.2', now)).toBe(false);
    expect(issuer.isFresh(nonce, '192.0.2.1', now - 10_000)).toBe(false);
    expect(new NonceIssuer({ ...options, key: Buffer.alloc(32, 8) }).isFresh(nonce, '192.0.2.1', now)).toBe(false);
  });

  test('are refused once a character has changed, and when they are no nonce at all', () => {
    const issuer = new NonceIssuer(options);
    const nonce = issuer.issue('192.0.2.1', now);
    for (let index = 0; index < nonce.length; index += 1) {
      const other = nonce[index] === 'A' ? 'Q' : 'A';
      expect(issuer.isFresh(nonce.slice(0, index) + other + nonce.slice(index + 1), '192.0.2.1', now)).toBe(false);
    }
    for (const text of ['', 'obMatJos2', `${nonce}A`, nonce.slice(1), 'x'.repeat(763)]) {
      expect(issuer.isFresh(text, '192.0.2.1', now)).toBe(false);
    }
  });

  test('carry the cookie and the security features, leftmost bit first', () => {
    expect(new NonceIssuer(options).issue('192.0.2.1', now)).toMatch(/^obMatJos2gAAA.{20}$/);
    expect(new NonceIssuer({ ...options, usernameAnonymity: true }).issue('192.0.2.1', now)).toMatch(/^obMatJos2wAAA/);
    expect(announcesPasswordAlgorithms('obMatJos2gAAAxyz')).toBe(true);
    expect(announcesPasswordAlgorithms('obMatJos2QAAAxyz')).toBe(false);
    expect(announcesPasswordAlgorithms('anything')).toBe(false);
  });
});
