import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type MailboxLimits, MailboxStore, type NewMessage } from './mailbox-store.ts';

const limits: MailboxLimits = { maxEntries: 3, maxBytes: 100, rememberIdsMs: 10_000 };
const bob = { room: 'r', identity: 'bob' };
const alice = { room: 'r', identity: 'alice' };
const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

function open(options: { file?: string; limits?: MailboxLimits } = {}): MailboxStore {
  const store = new MailboxStore({ limits, ...options });
  cleanUps.push(() => store.close());
  return store;
}

function message(id: string, change: Partial<NewMessage> = {}): NewMessage {
  return { to: bob, from: 'alice', id, type: 'text', body: `"${id}"`, at: 1_000, expiresAt: 5_000, ...change };
}

const idsOf = (store: MailboxStore, address = bob) => store.pending(address, 0, 100).map((entry) => entry.id);

describe('MailboxStore', () => {
  it('keeps messages in the order in which they were stored, each until it is acknowledged', () => {
    const store = open();
    for (const id of ['m1', 'm2', 'm3']) expect(store.store(message(id))).toBe('stored');
    const [first] = store.pending(bob, 0, 1);
    expect(first).toMatchObject({ id: 'm1', from: 'alice', kind: 'message', type: 'text', body: '"m1"', at: 1_000 });
    expect(idsOf(store)).toEqual(['m1', 'm2', 'm3']);
    const request = {
      address: bob,
      ordinal: first?.ordinal ?? 0,
      receipt: 'delivered',
      receiptExpiresAt: 9_000,
    } as const;
    expect(store.acknowledge(request)?.id).toBe('m1');
    expect(store.acknowledge(request)).toBeUndefined();
    expect(idsOf(store)).toEqual(['m2', 'm3']);
  });

  it('accepts a repeated id of the same sender once, even after it was delivered', () => {
    const store = open();
    store.store(message('m1'));
    expect(store.store(message('m1', { body: '"again"' }))).toBe('duplicate');
    const [entry] = store.pending(bob, 0, 1);
    store.acknowledge({ address: bob, ordinal: entry?.ordinal ?? 0, receipt: 'read', receiptExpiresAt: 9_000 });
    expect(store.store(message('m1'))).toBe('duplicate');
    expect(store.store(message('m1', { from: 'carol' }))).toBe('stored');
    expect(idsOf(store)).toEqual(['m1']);
  });

  it('refuses what a mailbox cannot hold, by count and by bytes, and changes nothing', () => {
    const store = open();
    expect(store.store(message('big', { body: 'x'.repeat(101) }))).toBe('full');
    for (const id of ['m1', 'm2', 'm3']) store.store(message(id));
    expect(store.store(message('m4'))).toBe('full');
    expect(idsOf(store)).toEqual(['m1', 'm2', 'm3']);
    expect(store.store(message('m4', { to: { room: 'r', identity: 'carol' } }))).toBe('stored');
  });

  it('tells the sender by a receipt what became of a message', () => {
    const store = open();
    store.store(message('m1'));
    store.store(message('m2'));
    const [first] = store.pending(bob, 0, 1);
    store.acknowledge({ address: bob, ordinal: first?.ordinal ?? 0, receipt: 'read', receiptExpiresAt: 9_000 });
    expect(store.expire(6_000, 9_000).map(({ entry }) => entry.id)).toEqual(['m2']);
    expect(store.pending(alice, 0, 10)).toMatchObject([
      { kind: 'receipt', id: 'm1', type: 'read', from: 'bob' },
      { kind: 'receipt', id: 'm2', type: 'expired', from: 'bob' },
    ]);
    expect(idsOf(store)).toEqual([]);
  });

  it('ends a chain of receipts: an acknowledged or expired receipt leaves none', () => {
    const store = open();
    store.store(message('m1'));
    store.expire(6_000, 7_000);
    expect(store.size).toBe(1);
    store.expire(8_000, 9_000);
    expect(store.size).toBe(0);
  });

  it('forgets ids after the time they are remembered', () => {
    const store = open();
    store.store(message('m1'));
    store.expire(11_001, 20_000);
    expect(store.store(message('m1', { at: 12_000, expiresAt: 13_000 }))).toBe('stored');
  });

  it('keeps mailboxes of the same identity in different rooms apart', () => {
    const store = open();
    store.store(message('m1'));
    expect(idsOf(store, { room: 'other', identity: 'bob' })).toEqual([]);
  });

  it('finds everything again after the file was closed and opened', () => {
    const folder = mkdtempSync(join(tmpdir(), 'crosspoint-mailbox-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'mailbox.sqlite');
    const before = open({ file });
    before.store(message('m1'));
    before.close();
    before.close();
    const after = open({ file });
    expect(idsOf(after)).toEqual(['m1']);
    expect(after.store(message('m1'))).toBe('duplicate');
  });
});
