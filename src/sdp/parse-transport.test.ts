import { describe, expect, it } from 'vitest';
import { parseDtls, parseIce } from './parse-transport.ts';

const sha256 = Array.from({ length: 32 }, () => 'AB').join(':');
const problem = (reason: string) => expect.objectContaining({ code: 'invalidSdp', data: { reason } });

describe('parseIce', () => {
  const ufrag = 'a=ice-ufrag:ab+/';
  const password = `a=ice-pwd:${'p'.repeat(22)}`;

  it('reads the section before the session', () => {
    expect(parseIce([ufrag, password], ['a=ice-ufrag:session', password])).toEqual({
      usernameFragment: 'ab+/',
      password: 'p'.repeat(22),
    });
    expect(parseIce([], [ufrag, password]).usernameFragment).toBe('ab+/');
  });

  it('refuses credentials that are missing, too short or of other characters', () => {
    for (const lines of [
      [ufrag],
      [password],
      ['a=ice-ufrag:abc', password],
      [ufrag, 'a=ice-pwd:short'],
      ['a=ice-ufrag:ab c', password],
    ]) {
      expect(() => parseIce(lines, [])).toThrow(problem('badIce'));
    }
  });
});

describe('parseDtls', () => {
  const fingerprint = `a=fingerprint:sha-256 ${sha256}`;

  it('tells the role of the client', () => {
    const roleOf = (setup: string, kind: 'offer' | 'answer') =>
      parseDtls([fingerprint, `a=setup:${setup}`], [], kind).role;
    expect(roleOf('actpass', 'offer')).toBe('auto');
    expect(roleOf('active', 'offer')).toBe('client');
    expect(roleOf('active', 'answer')).toBe('client');
    expect(roleOf('passive', 'answer')).toBe('server');
    expect(() => roleOf('actpass', 'answer')).toThrow(problem('badSetup'));
    expect(() => roleOf('holdconn', 'offer')).toThrow(problem('badSetup'));
    expect(() => parseDtls([fingerprint], [], 'offer')).toThrow(problem('badSetup'));
  });

  it('normalises fingerprints and reads them from the session, as Firefox writes them', () => {
    const session = [`a=fingerprint:SHA-256 ${sha256.toLowerCase()}`];
    expect(parseDtls(['a=setup:active'], session, 'answer').fingerprints).toEqual([
      { algorithm: 'sha-256', value: sha256 },
    ]);
  });

  it('keeps every fingerprint it knows and leaves out the others', () => {
    const sha1 = Array.from({ length: 20 }, () => '01').join(':');
    const lines = [`a=fingerprint:md5 ${sha1}`, `a=fingerprint:sha-1 ${sha1}`, fingerprint, 'a=setup:active'];
    expect(parseDtls(lines, [], 'offer').fingerprints.map(({ algorithm }) => algorithm)).toEqual(['sha-1', 'sha-256']);
  });

  it('refuses fingerprints of the wrong length, other digits or unknown hashes', () => {
    for (const value of [
      `sha-256 ${sha256}:AB`,
      `sha-256 ${sha256.replace('AB', 'XY')}`,
      `constructor ${sha256}`,
      'sha-256',
      '',
    ]) {
      expect(() => parseDtls([`a=fingerprint:${value}`, 'a=setup:active'], [], 'offer')).toThrow(
        problem('badFingerprint'),
      );
    }
  });
});
