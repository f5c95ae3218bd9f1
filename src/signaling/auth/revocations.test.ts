import { expect, it } from 'vitest';
import { Database } from '../storage/database.ts';
import { RevocationStore } from './revocation-store.ts';
import { Revocations } from './revocations.ts';

it('lets a person in again with a token issued after the revocation', () => {
  const revocations = new Revocations({ maxEntries: 10, keptMs: 60_000, now: () => 10_000 });
  revocations.revoke('alice');
  expect(revocations.isRevoked('alice', 10)).toBe(true);
  expect(revocations.isRevoked('alice', undefined)).toBe(true);
  expect(revocations.isRevoked('alice', 11)).toBe(false);
  expect(revocations.isRevoked('bob', 1)).toBe(false);
});

it('forgets the oldest revocation when there are too many, and those whose tokens have expired', () => {
  let now = 0;
  const revocations = new Revocations({ maxEntries: 2, keptMs: 1_000, now: () => now });
  for (const identity of ['a', 'b', 'c']) revocations.revoke(identity);
  expect(revocations.size).toBe(2);
  expect(revocations.isRevoked('a', 0)).toBe(false);
  now = 2_000;
  revocations.revoke('d');
  expect(revocations.size).toBe(1);
});

it('knows the revocations of an earlier run, without those that were forgotten', () => {
  const database = new Database();
  let now = 1_000;
  const start = () =>
    new Revocations({ maxEntries: 2, keptMs: 60_000, now: () => now, store: new RevocationStore(database) });
  const before = start();
  for (const identity of ['a', 'b', 'c', 'b']) {
    before.revoke(identity);
    now += 1_000;
  }
  const after = start();
  expect(after.size).toBe(2);
  expect(['a', 'b', 'c'].map((identity) => after.isRevoked(identity, 1))).toEqual([false, true, true]);
  expect(after.isRevoked('b', 4)).toBe(true);
  expect(after.isRevoked('b', 5)).toBe(false);
  after.revoke('d');
  expect(['b', 'c', 'd'].map((identity) => start().isRevoked(identity, 1))).toEqual([true, false, true]);
});
