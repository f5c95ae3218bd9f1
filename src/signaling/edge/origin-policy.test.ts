import { describe, expect, it } from 'vitest';
import { OriginPolicy } from './origin-policy.ts';

describe('OriginPolicy', () => {
  it.each([
    [undefined, 'call.example.org', true],
    ['https://call.example.org', 'call.example.org', true],
    ['https://CALL.example.org', 'Call.Example.org', true],
    ['http://10.0.0.5:4300', '10.0.0.5:4300', true],
    ['http://localhost:5173', 'call.example.org', true],
    ['http://127.0.0.1', 'call.example.org', true],
    ['http://[::1]:80', 'call.example.org', true],
    ['https://evil.example', 'call.example.org', false],
    ['https://call.example.org:8443', 'call.example.org', false],
    ['https://call.example.org.evil.example', 'call.example.org', false],
    ['https://localhost.evil.example', 'call.example.org', false],
    ['null', 'call.example.org', false],
    ['file://', 'call.example.org', false],
    ['chrome-extension://abc', 'abc', false],
    ['', 'call.example.org', false],
  ])('by default judges %s at %s as %s', (origin, host, allowed) => {
    expect(new OriginPolicy([]).allows(origin, host)).toBe(allowed);
  });

  it('with a list admits the listed ones and its own pages, and no longer every local page', () => {
    const policy = new OriginPolicy(['https://app.example.org']);
    expect(policy.allows('https://APP.example.org', 'call.example.org')).toBe(true);
    expect(policy.allows('https://call.example.org', 'call.example.org')).toBe(true);
    expect(policy.allows('http://app.example.org', 'call.example.org')).toBe(false);
    expect(policy.allows('http://localhost:5173', 'call.example.org')).toBe(false);
  });

  it('admits everyone when told so', () => {
    expect(new OriginPolicy(['*']).allows('https://anywhere.example', 'call.example.org')).toBe(true);
  });
});
