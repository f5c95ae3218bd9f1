import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../storage/database.ts';
import { type MailboxLimits, MailboxStore, type NewMessage, serverIdentity } from './mailbox-store.ts';

const limits: MailboxLimits = {
  maxEntries: 3,
  maxBytes: 100,
  rememberIdsMs: 10_000,
  maxRememberedIds: 6,
  maxSweptAtOnce: 5,
  maxTotalEntries: 8,
  maxTotalBytes: 1_000,
};
const bob = { room: 'r', identity: 'bob' };
const alice = { room: 'r', identity: 'alice' };
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function open(database = new Database()): MailboxStore {
  cleanUps.push(() => database.close());
  return new MailboxStore({ database, limits });
}

function message(id: string, change: Partial<NewMessage> = {}): NewMessage {
  return {
    to: bob,
    from: 'alice',
    participant: 'p1',
    direct: true,
    id,
    type: 'text',
    body: `"${id}"`,
    at: 1_000,
    expiresAt: 5_000,
    ...change,
  };
}

const pending = (store: MailboxStore, address = bob, count = 100, now = 2_000) =>
  store.pending(address, { after: 0, count, now });
const put = (store: MailboxStore, message: NewMessage) => store.store([message])[0];
/** Acknowledges the oldest entry. */
function acknowledge(store: MailboxStore, receipt: 'delivered' | 'read', ordinal = pending(store, bob, 1)[0]?.ordinal) {
  return store.acknowledge({ address: bob, ordinals: [ordinal ?? 0], receipt, now: 2_000, receiptExpiresAt: 9_000 });
}
const idsOf = (store: MailboxStore, address = bob) => pending(store, address, 100).map((entry) => entry.id);

describe('MailboxStore', () => {
  it('keeps messages in the order in which they were stored, each until it is acknowledged', () => {
    const store = open();
    for (const id of ['m1', 'm2', 'm3']) expect(put(store, message(id))).toBe('stored');
    const [first] = pending(store, bob, 1);
    expect(first).toMatchObject({ id: 'm1', from: 'alice', kind: 'message', type: 'text', body: '"m1"', at: 1_000 });
    expect(idsOf(store)).toEqual(['m1', 'm2', 'm3']);
    const settled = { sender: 'alice', id: 'm1', user: 'bob', status: 'delivered' };
    expect(acknowledge(store, 'delivered', first?.ordinal)).toEqual([settled]);
    expect(acknowledge(store, 'delivered', first?.ordinal)).toEqual([]);
    expect(idsOf(store)).toEqual(['m2', 'm3']);
  });

  it('accepts a repeated id of the same sender once, even after it was delivered', () => {
    const store = open();
    put(store, message('m1'));
    expect(put(store, message('m1', { body: '"again"' }))).toBe('duplicate');
    acknowledge(store, 'read');
    expect(put(store, message('m1'))).toBe('duplicate');
    expect(put(store, message('m1', { from: 'carol' }))).toBe('stored');
    expect(idsOf(store)).toEqual(['m1']);
  });

  it('refuses what a mailbox cannot hold, by count and by bytes, and changes nothing', () => {
    const store = open();
    expect(put(store, message('big', { body: 'x'.repeat(101) }))).toBe('full');
    for (const id of ['m1', 'm2', 'm3']) put(store, message(id));
    expect(put(store, message('m4'))).toBe('full');
    expect(idsOf(store)).toEqual(['m1', 'm2', 'm3']);
    expect(put(store, message('m4', { to: { room: 'r', identity: 'carol' } }))).toBe('stored');
  });

  it('tells the sender by a receipt what became of a message', () => {
    const store = open();
    put(store, message('m1'));
    put(store, message('m2'));
    acknowledge(store, 'read');
    expect(store.expire(6_000, 9_000).expired.map(({ entry }) => entry.id)).toEqual(['m2']);
    expect(pending(store, alice, 10)).toMatchObject([
      { kind: 'receipt', id: 'm1', type: 'read', from: 'bob' },
      { kind: 'receipt', id: 'm2', type: 'expired', from: 'bob' },
    ]);
    expect(idsOf(store)).toEqual([]);
  });

  it('tells of reading after delivery once, and of neither after expiry', () => {
    const store = open();
    put(store, message('m1'));
    const [first] = pending(store, bob, 1);
    for (const status of ['delivered', 'delivered', 'read', 'read'] as const)
      acknowledge(store, status, first?.ordinal);
    expect(pending(store, alice, 10).map(({ type }) => type)).toEqual(['delivered', 'read']);
    put(store, message('m2'));
    const [second] = pending(store, bob, 1);
    store.expire(6_000, 9_000);
    acknowledge(store, 'read', second?.ordinal);
    expect(pending(store, alice, 10).map(({ type }) => type)).toEqual(['delivered', 'read', 'expired']);
  });

  it('lets a sender who acknowledges no receipts send no more', () => {
    const store = open();
    for (const id of ['m1', 'm2', 'm3']) {
      put(store, message(id));
      acknowledge(store, 'delivered');
    }
    expect(put(store, message('m4'))).toBe('senderFull');
    store.acknowledge({
      ...{ address: alice, ordinals: pending(store, alice, 1).map(({ ordinal }) => ordinal) },
      ...{ receipt: 'delivered', now: 2_000, receiptExpiresAt: 9_000 },
    });
    expect(put(store, message('m4'))).toBe('stored');
  });

  it('bounds all mailboxes together', () => {
    const store = open();
    const outcomes = Array.from({ length: 9 }, (_, user) =>
      put(store, message('m1', { to: { room: 'r', identity: `user ${user}` } })),
    );
    expect(outcomes).toEqual([...Array(8).fill('stored'), 'full']);
    expect(store.totals()).toMatchObject({ messages: 8, receipts: 0, bytes: 32 });
  });

  it('begins its ordinals with the time of its making, so that those of a lost database do not come again', () => {
    const [before, after] = [open(), open()];
    put(before, message('m1'));
    put(after, message('m1'));
    const ordinals = [before, after].map((store) => pending(store, bob, 1)[0]?.ordinal ?? 0);
    expect(ordinals[0]).toBeGreaterThan(1e15);
    expect(ordinals[0]).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });

  it('does not hand out what has expired, also before it was looked for', () => {
    const store = open();
    put(store, message('m1'));
    put(store, message('m2', { expiresAt: 6_000 }));
    expect(pending(store, bob, 10, 5_000).map(({ id }) => id)).toEqual(['m2']);
  });

  it('removes what expires together in portions, the oldest first, and says when there is more', () => {
    const store = open();
    for (let user = 0; user < 7; user += 1)
      put(store, message(`m${user}`, { to: { room: 'r', identity: `u${user}` } }));
    const { expired, more } = store.expire(6_000, 9_000);
    expect([expired.map(({ entry }) => entry.id), more]).toEqual([['m0', 'm1', 'm2', 'm3', 'm4'], true]);
    const rest = store.expire(6_000, 9_000);
    expect([rest.expired.map(({ entry }) => entry.id), rest.more]).toEqual([['m5', 'm6'], false]);
    expect(store.expire(6_000, 9_000)).toEqual({ expired: [], more: false });
  });

  it('ends a chain of receipts: an acknowledged or expired receipt leaves none', () => {
    const store = open();
    put(store, message('m1'));
    store.expire(6_000, 7_000);
    expect(store.totals()).toMatchObject({ messages: 0, receipts: 1, bytes: 0 });
    store.expire(8_000, 9_000);
    expect(store.totals()).toMatchObject({ messages: 0, receipts: 0, bytes: 0 });
  });

  it('remembers an id while the message is kept, and for a time after it arrived or expired', () => {
    const store = open();
    put(store, message('m1', { expiresAt: 20_000 }));
    store.expire(15_000, 30_000);
    expect(put(store, message('m1'))).toBe('duplicate');
    store.expire(20_000, 30_000);
    store.expire(29_999, 40_000);
    expect(put(store, message('m1'))).toBe('duplicate');
    store.expire(30_000, 40_000);
    expect(put(store, message('m1', { at: 30_000, expiresAt: 40_000 }))).toBe('stored');
  });

  it('bounds the ids it remembers: those of the oldest messages that have arrived are forgotten first', () => {
    const store = open();
    const send = (id: string, identity: string) => put(store, message(id, { to: { room: 'r', identity } }));
    send('waiting', 'carol');
    for (let count = 1; count <= 7; count += 1) {
      send(`m${count}`, 'bob');
      acknowledge(store, 'delivered');
      store.acknowledge({
        ...{ address: alice, ordinals: pending(store, alice).map(({ ordinal }) => ordinal) },
        ...{ receipt: 'delivered', now: 2_000, receiptExpiresAt: 9_000 },
      });
    }
    expect(store.totals().rememberedIds).toBe(8);
    store.expire(2_000, 9_000);
    expect(store.totals().rememberedIds).toBe(6);
    expect(send('waiting', 'carol')).toBe('duplicate');
    expect(send('m3', 'bob')).toBe('duplicate');
    expect(send('m2', 'bob')).toBe('stored');
  });

  it('tells what became of a message that came through the HTTP API, and leaves no receipts for it', () => {
    const store = open();
    const send = (id: string, identity: string) =>
      put(store, message(id, { from: serverIdentity, to: { room: 'r', identity } }));
    for (const identity of ['bob', 'carol']) expect(send('m1', identity)).toBe('stored');
    expect(store.statesOf('r', 'm1')).toEqual([
      { user: 'bob', status: 'stored' },
      { user: 'carol', status: 'stored' },
    ]);
    acknowledge(store, 'read');
    store.expire(6_000, 9_000);
    expect(store.statesOf('r', 'm1').map(({ status }) => status)).toEqual(['read', 'expired']);
    expect(store.totals()).toMatchObject({ messages: 0, receipts: 0 });
    expect(send('m1', 'bob')).toBe('duplicate');
    put(store, message('m2'));
    expect([store.statesOf('r', 'm2'), store.statesOf('other', 'm1')]).toEqual([[], []]);
  });

  it('changes nothing by what the disk has no space for, and goes on when there is some again', () => {
    const database = new Database();
    const store = open(database);
    put(store, message('m1'));
    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
    database.exec(`PRAGMA max_page_count = ${pages}`);
    const [first, big] = [message('m2'), message('m3', { type: 'x'.repeat(100_000) })];
    expect(() => store.store([first, big])).toThrow('full');
    expect(store.totals()).toMatchObject({ messages: 1, rememberedIds: 1 });
    database.exec(`PRAGMA max_page_count = ${pages + 1_000}`);
    expect(put(store, message('m2'))).toBe('stored');
    expect(idsOf(store)).toEqual(['m1', 'm2']);
  });

  it('keeps mailboxes of the same identity in different rooms apart', () => {
    const store = open();
    put(store, message('m1'));
    expect(idsOf(store, { room: 'other', identity: 'bob' })).toEqual([]);
  });

  it('finds everything again after the file was closed and opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crosspoint-mailbox-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'mailbox.sqlite');
    const before = new Database({ file });
    put(open(before), message('m1'));
    await before.close();
    const after = open(new Database({ file }));
    expect(idsOf(after)).toEqual(['m1']);
    expect(put(after, message('m1'))).toBe('duplicate');
  });
});
