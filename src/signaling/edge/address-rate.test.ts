import { expect, it } from 'vitest';
import { AddressRate } from './address-rate.ts';

const options = { perSecond: 1, burst: 2, maxAddresses: 2 };

it('lets a burst of each network through, then tells how long to wait', () => {
  const rate = new AddressRate(options);
  expect([1, 2, 3].map(() => rate.take('192.0.2.1', 0))).toEqual([0, 0, 1_000]);
  expect(rate.take('192.0.2.2', 0)).toBe(0);
  expect(rate.take('192.0.2.1', 1_000)).toBe(0);
});

it('takes the addresses of one IPv6 network for one', () => {
  const rate = new AddressRate(options);
  expect(['::1', '::2', '::3'].map((end) => rate.take(`2001:db8:1:2${end}`, 0))).toEqual([0, 0, 1_000]);
});

it('does not bound this machine, and remembers no more networks than it may', () => {
  const rate = new AddressRate(options);
  for (let at = 0; at < 10; at += 1) expect(rate.take('127.0.0.1', 0)).toBe(0);
  for (const last of [1, 2, 3]) rate.take(`192.0.2.${last}`, 0);
  expect(rate.size).toBe(2);
});
