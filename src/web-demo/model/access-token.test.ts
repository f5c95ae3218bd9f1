import { describe, expect, it } from 'vitest';
import { opensRoom, readToken, tokenProblem } from './access-token.ts';

const tokenOf = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

describe('readToken', () => {
  it('reads what a token says of itself, in any script', () => {
    expect(readToken(tokenOf({ room: '早会', name: 'Zoë', exp: 60, link: true }))).toEqual({
      room: '早会',
      name: 'Zoë',
      expiresAt: 60_000,
      isLink: true,
    });
    expect(readToken(tokenOf({}))).toEqual({ room: null, name: null, expiresAt: null, isLink: false });
  });

  it.each(['', 'x', 'x.%.y', `h.${btoa('3')}.s`, 'h.e30'])('takes %j for what it is', (text) => {
    expect(readToken(text)?.room ?? null).toBeNull();
  });
});

describe('opensRoom', () => {
  it.each([
    ['tea', 'tea', true],
    ['tea', 'team', false],
    ['tea*', 'team', true],
    ['*', 'anything', true],
  ])('says of a token for %j and the room %j: %j', (pattern, room, expected) => {
    expect(opensRoom(tokenOf({ room: pattern }), room)).toBe(expected);
  });
});

describe('tokenProblem', () => {
  const now = 100_000;

  it.each([
    [null, 'missing'],
    ['cut-off', 'invalid'],
    [tokenOf({ room: 'tea', exp: 100 }), 'expired'],
    [tokenOf({ room: 'coffee', exp: 101 }), 'otherRoom'],
    [tokenOf({ room: 'tea', exp: 101 }), 'invalid'],
  ] as const)('finds out what is wrong with %j', (token, problem) => {
    expect(tokenProblem(token, 'tea', now)).toBe(problem);
  });
});
