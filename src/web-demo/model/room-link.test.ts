import { describe, expect, it } from 'vitest';
import { cleanRoomName, inviteLink, maxRoomNameChars, parseRoomLink, randomRoomName } from './room-link.ts';

const parse = (url: string) => parseRoomLink(new URL(url));

describe('parseRoomLink', () => {
  it.each([
    ['https://call.test/#/stand-up', 'stand-up'],
    ['https://call.test/#stand-up', 'stand-up'],
    ['https://call.test/?room=stand-up', 'stand-up'],
    ['https://call.test/?room=search#/hash', 'hash'],
    ['https://call.test/#/%E6%97%A9%E4%BC%9A', '早会'],
    ['https://call.test/#/100%', '100%'],
    ['https://call.test/', ''],
  ])('reads the room of %s', (url, room) => {
    expect(parse(url).room).toBe(room);
  });

  it('reads a token from the fragment, and takes none from the query', () => {
    expect(parse('https://call.test/?token=abc#/room').token).toBeNull();
    expect(parse('https://call.test/#/?token=xyz')).toEqual({ room: '', token: 'xyz' });
    expect(parse('https://call.test/#/room?token=xyz')).toEqual({ room: 'room', token: 'xyz' });
    expect(parse('https://call.test/#/room').token).toBeNull();
  });
});

describe('cleanRoomName', () => {
  it('drops control characters and what is too long', () => {
    expect(cleanRoomName(' a\u0000b\n ')).toBe('ab');
    expect(cleanRoomName('x'.repeat(500))).toHaveLength(maxRoomNameChars);
  });
});

describe('inviteLink', () => {
  it('names the room and survives the way back', () => {
    const link = inviteLink(new URL('https://call.test/demo/?token=secret#/x?token=secret'), 'Über uns/2');
    expect(link).not.toContain('secret');
    expect(parse(link).room).toBe('Über uns/2');
  });

  it('carries a token that is made to be passed on, and no personal one', () => {
    const tokenOf = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.s`;
    const guest = tokenOf({ sub: 'guest', link: true });
    const base = new URL('https://call.test/');
    expect(parse(inviteLink(base, 'tea', guest))).toEqual({ room: 'tea', token: guest });
    for (const token of [tokenOf({ sub: 'alice' }), tokenOf({ link: 'true' }), 'x.%.y', '', null]) {
      expect(parse(inviteLink(base, 'tea', token)).token).toBeNull();
    }
  });
});

describe('randomRoomName', () => {
  it('is two words and a number', () => {
    expect(randomRoomName(() => 0)).toBe('amber-acorn-1000');
    expect(randomRoomName(() => 0.9999)).toBe('wise-willow-9999');
    expect(randomRoomName()).toMatch(/^[a-z]+-[a-z]+-\d{4}$/);
  });
});
