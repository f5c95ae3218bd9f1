import { afterEach, describe, expect, it, vi } from 'vitest';
import { signalingUrl } from './signaling-url.ts';

describe('signalingUrl', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['https://host.example', 'wss://host.example/signaling'],
    ['http://host.example:4300/', 'ws://host.example:4300/signaling'],
    ['wss://host.example/signaling', 'wss://host.example/signaling'],
    ['wss://host.example/behind/a/proxy?tenant=1#x', 'wss://host.example/behind/a/proxy?tenant=1'],
    [new URL('https://[::1]:4300'), 'wss://[::1]:4300/signaling'],
  ])('%s is %s', (given, expected) => {
    expect(signalingUrl(given)).toBe(expected);
  });

  it('says when frames are to be compressed, beside what was in the address', () => {
    expect(signalingUrl('https://call.example', true)).toBe('wss://call.example/signaling?compress=1');
    expect(signalingUrl('wss://call.example/s?tenant=7', true)).toBe('wss://call.example/s?tenant=7&compress=1');
    expect(signalingUrl('wss://call.example/s?tenant=7', false)).toBe('wss://call.example/s?tenant=7');
  });

  it('is the page’s own host when nothing is given', () => {
    vi.stubGlobal('location', { origin: 'https://call.example' });
    expect(signalingUrl(undefined)).toBe('wss://call.example/signaling');
  });

  it('says what is wrong where there is no page and no address', () => {
    expect(() => signalingUrl(undefined)).toThrow('needs a url');
    expect(() => signalingUrl('nonsense')).toThrow('Not an address: nonsense');
  });
});
