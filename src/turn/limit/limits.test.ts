import { describe, expect, test } from 'vitest';
import { turnLimits } from '../../shared/limits.ts';
import { AddressRanges, parseAddressRange } from '../net/address-ranges.ts';
import { AddressRateLimiter } from './address-rate-limiter.ts';
import { ByteRateLimiter, SharedByteRateLimiter } from './byte-rate-limiter.ts';
import { LimitLog } from './limit-log.ts';
import { PeerFilter, type PeerFilterOptions } from './peer-filter.ts';
import { networkOf, QuotaLedger } from './quota-ledger.ts';
import { createSketchMemory } from './sketch.ts';

function filterWith(options: Partial<PeerFilterOptions> = {}): PeerFilter {
  return new PeerFilter({
    allowedPeers: [],
    deniedPeers: [],
    allowLoopbackPeers: false,
    allowPeer: undefined,
    ownAddresses: [],
    relayPorts: { min: 50_000, max: 50_999 },
    ...options,
  });
}

describe('the peer filter', () => {
  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
  ])('denies %s by default', (address) => {
    expect(filterWith().allowsAddress(address)).toBe(false);
    expect(filterWith().allows(address, 5000)).toBe(false);
  });

  test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '192.167.1.1', '223.255.255.255', '2606:4700::1111'])(
    'allows %s by default',
    (address) => {
      expect(filterWith().allowsAddress(address)).toBe(true);
      expect(filterWith().allows(address, 5000)).toBe(true);
      expect(filterWith().allows(address, 0)).toBe(false);
    },
  );

  test('allows exact pairs of the SFU and no other port beside them', () => {
    const filter = filterWith();
    filter.setAllowedPairs([{ address: '10.0.0.5', port: 40_000 }]);
    expect(filter.allowsAddress('10.0.0.5')).toBe(true);
    expect([filter.allows('10.0.0.5', 40_000), filter.allows('10.0.0.5', 40_001)]).toEqual([true, false]);
    filter.setAllowedPairs([]);
    expect(filter.allowsAddress('10.0.0.5')).toBe(false);
  });

  test('asks a function where one is given', () => {
    const filter = filterWith({ allowPeer: (address, port) => address === '10.0.0.5' && (port ?? 7) === 7 });
    expect(filter.allowsAddress('10.0.0.5')).toBe(true);
    expect([filter.allows('10.0.0.5', 7), filter.allows('10.0.0.5', 8), filter.allows('10.0.0.6', 7)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('lets allowed ranges go before denied ones, and denied ones before the rest', () => {
    const filter = filterWith({
      allowedPeers: ['10.1.0.0/16', '8.8.8.8'],
      deniedPeers: ['8.8.8.0/24', '9.9.9.1-9.9.9.9'],
    });
    expect(filter.allowsAddress('10.1.2.3')).toBe(true);
    expect(filter.allowsAddress('10.2.2.3')).toBe(false);
    expect([filter.allowsAddress('8.8.8.8'), filter.allowsAddress('8.8.8.9')]).toEqual([true, false]);
    expect([filter.allowsAddress('9.9.9.5'), filter.allowsAddress('9.9.9.10')]).toEqual([false, true]);
  });

  test('allows loopback and mapped loopback only as far as told', () => {
    const filter = filterWith({ allowLoopbackPeers: true });
    expect([filter.allowsAddress('127.0.0.1'), filter.allowsAddress('::1')]).toEqual([true, true]);
    expect(filter.allowsAddress('::ffff:127.0.0.1')).toBe(false);
    expect(filterWith({ allowedPeers: ['::/0'] }).allowsAddress('::ffff:10.0.0.1')).toBe(false);
    expect(filterWith({ allowedPeers: ['::/0'] }).allowsAddress('10.0.0.1')).toBe(false);
  });

  test('never allows its own listening ports, and of its own addresses only relay ports', () => {
    const filter = filterWith({ ownAddresses: ['5.6.7.8'] });
    filter.addOwnPort({ address: '5.6.7.8', port: 50_500 });
    expect(filter.allowsAddress('5.6.7.8')).toBe(true);
    expect([50_499, 50_500, 3_478, 22].map((port) => filter.allows('5.6.7.8', port))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('address ranges', () => {
  test.each(['10.0.0.0/8', '10.0.0.1', '2001:db8::/32', '::1', '10.0.0.1-10.0.0.9', '::1-::ff'])(
    '%s is one',
    (text) => {
      expect(parseAddressRange(text)).toBeDefined();
    },
  );

  test.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '10.0.0.9-10.0.0.1',
    '10.0.0.1-::1',
    'example.org',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    'fe80::1%lo',
  ])('%j is none', (text) => {
    expect(parseAddressRange(text)).toBeUndefined();
    expect(() => new AddressRanges([text])).toThrow(TypeError);
  });
});

describe('the quota ledger', () => {
  const seed = 42;

  test('takes all keys or none, and gives back once', () => {
    const ledger = new QuotaLedger({ sketches: [createSketchMemory()], own: 0, seed });
    const hold = ledger.take([
      { key: 'a', max: 1 },
      { key: 'b', max: 5 },
    ]);
    expect(
      ledger.take([
        { key: 'b', max: 5 },
        { key: 'a', max: 1 },
      ]),
    ).toEqual({ exceeded: 'a' });
    expect([ledger.count('a'), ledger.count('b')]).toEqual([1, 1]);
    if ('release' in hold) hold.release();
    if ('release' in hold) hold.release();
    expect([ledger.count('a'), ledger.count('b')]).toEqual([0, 0]);
  });

  test('counts over all threads', () => {
    const sketches = [createSketchMemory(), createSketchMemory()];
    const [one, two] = [0, 1].map((own) => new QuotaLedger({ sketches, own, seed }));
    one?.take([{ key: 'a', max: 2 }]);
    expect(two?.count('a')).toBe(1);
    two?.take([{ key: 'a', max: 2 }]);
    expect(one?.take([{ key: 'a', max: 2 }])).toEqual({ exceeded: 'a' });
  });

  test('keeps ten thousand keys apart', () => {
    const ledger = new QuotaLedger({ sketches: [createSketchMemory()], own: 0, seed });
    for (let index = 0; index < 10_000; index += 1) ledger.take([{ key: `user ${index}`, max: 10 }]);
    let wrong = 0;
    for (let index = 0; index < 10_000; index += 1) if (ledger.count(`user ${index}`) !== 1) wrong += 1;
    expect(wrong).toBeLessThan(100);
  });

  test('treats an IPv6 /64 as one address', () => {
    expect(networkOf('2001:db8:1:2:3::4')).toBe(networkOf('2001:db8:1:2:9::9'));
    expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
    expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
  });
});

describe('rates', () => {
  test('an address has its burst, then its rate, and others are left alone', () => {
    const limiter = new AddressRateLimiter({ perSecond: 10, burst: 5 });
    const take = (address: string, nowMs: number) => limiter.take(address, nowMs);
    expect(Array.from({ length: 7 }, () => take('a', 1_000))).toEqual([true, true, true, true, true, false, false]);
    expect(take('b', 1_000)).toBe(true);
    expect([take('a', 1_100), take('a', 1_100)]).toEqual([true, false]);
    expect(take('a', 9_000)).toBe(true);
  });

  test('a flood of spoofed addresses leaves a new address its tokens', () => {
    const limiter = new AddressRateLimiter({ perSecond: 10, burst: 20 });
    for (let index = 0; index < 100_000; index += 1)
      limiter.take(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, 0);
    expect(limiter.take('192.0.2.1', 0)).toBe(true);
  });

  test('bytes are limited to the rate with a burst of a second', () => {
    const limiter = new ByteRateLimiter(1_000, 0);
    expect([limiter.take(900, 0), limiter.take(200, 0), limiter.take(200, 100)]).toEqual([true, false, true]);
  });

  test('the total is limited over all who share the memory', () => {
    const memory = SharedByteRateLimiter.createMemory();
    const [one, two] = [new SharedByteRateLimiter(memory, 10_000), new SharedByteRateLimiter(memory, 10_000)];
    expect([one.take(600, 1_000), two.take(600, 1_010), two.take(400, 1_020), one.take(600, 1_100)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});

test('a limit is logged once in a while, with how often it was hit', () => {
  const lines: unknown[] = [];
  const note = (details: unknown) => lines.push(details);
  const log = new LimitLog({ debug: note, info: note, warn: note, error: note });
  for (let count = 0; count < 50; count += 1) log.hit('user quota', { user: 'alice' });
  log.hit('total quota', {});
  expect(lines).toEqual([
    { limit: 'user quota', suppressed: 0, user: 'alice' },
    { limit: 'total quota', suppressed: 0 },
  ]);
  expect(turnLimits.limitLogIntervalMs).toBeGreaterThan(0);
});
