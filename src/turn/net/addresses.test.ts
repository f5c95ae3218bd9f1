import { expect, test } from 'vitest';
import { ExternalAddresses } from './external-addresses.ts';
import { expandAddresses } from './local-addresses.ts';

test('a wildcard stands for the addresses of the host, of its own family and without link-local ones', () => {
  const expanded = expandAddresses(['0.0.0.0', '127.0.0.1']);
  expect(expanded.filter((address) => address === '127.0.0.1')).toHaveLength(1);
  expect(expanded.every((address) => address.includes('.'))).toBe(true);
  expect(expandAddresses(['::']).some((address) => address.startsWith('fe80:') || address.includes('.'))).toBe(false);
  expect(expandAddresses(['192.0.2.1', '::1'])).toEqual(['192.0.2.1', '::1']);
});

test('a public address stands for all relay addresses of its family, or for the one that is named', () => {
  const one = new ExternalAddresses(['203.0.113.1'], ['10.0.0.1', '::1']);
  expect([one.externalOf('10.0.0.1'), one.externalOf('::1')]).toEqual(['203.0.113.1', '::1']);
  expect([one.localOf('203.0.113.1'), one.localOf('8.8.8.8')]).toEqual(['10.0.0.1', '8.8.8.8']);
  const two = new ExternalAddresses(['203.0.113.1/10.0.0.1', '203.0.113.2/10.0.0.2'], ['10.0.0.1', '10.0.0.2']);
  expect([two.externalOf('10.0.0.2'), two.localOf('203.0.113.2')]).toEqual(['203.0.113.2', '10.0.0.2']);
});
