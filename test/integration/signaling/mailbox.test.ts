import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HubOptions } from '../../../src/signaling/hub.ts';
import { joinAs, lockedDoor, tokenOf } from '../../support/locked-door.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

const start = (messages: HubOptions['messages'] = {}) => startHub({ ...lockedDoor(), limits: anyRate, messages });

beforeEach(async () => {
  server = await start();
});

afterEach(async () => {
  await server.close();
});

const join = (identity: string) => joinAs(server.url, identity);
type Member = Awaited<ReturnType<typeof join>>;

const keep = (sender: Member, id: string, more: object = {}) =>
  sender.request('message', { toUser: 'bob', acknowledge: true, id, body: id, ...more });

const messagesOf = ({ events }: SignalingClient) =>
  events.filter(({ method }) => method === 'message').map(({ params }) => params as { id?: string; ordinal: number });

async function leave(member: Member): Promise<void> {
  await member.request('leave', {});
}

describe('an acknowledged message', () => {
  it('waits for a user who is away, and comes in order when they join', async () => {
    const alice = await join('alice');
    for (const id of ['m1', 'm2', 'm3']) {
      expect(await keep(alice, id)).toEqual({ recipients: 0, status: 'stored' });
    }
    await leave(alice);
    const bob = await join('bob');
    await bob.event('message', ({ id }) => id === 'm3');
    expect(messagesOf(bob)).toMatchObject(
      ['m1', 'm2', 'm3'].map((id) => ({
        id,
        body: id,
        from: alice.me.participant.id,
        fromUser: 'alice',
        toUser: 'bob',
      })),
    );
  });

  it('comes again with each join until it is acknowledged, and its sender learns who got and read it', async () => {
    const alice = await join('alice');
    await keep(alice, 'm1');
    const first = await join('bob');
    const { ordinal = 0 } = await first.event('message');
    await leave(first);
    const second = await join('bob');
    expect(await second.event('message')).toMatchObject({ id: 'm1', ordinal });
    await second.request('receipt', { ordinals: [ordinal] });
    expect(await alice.event('receipt')).toMatchObject({ id: 'm1', by: 'bob', status: 'delivered' });
    await second.request('receipt', { ordinals: [ordinal, ordinal], status: 'read' });
    expect(await alice.event('receipt', ({ status }) => status === 'read')).toMatchObject({ id: 'm1', by: 'bob' });
    await leave(second);
    const third = await join('bob');
    await third.request('ping', {});
    expect(messagesOf(third)).toEqual([]);
    expect(alice.events.filter(({ method }) => method === 'receipt')).toHaveLength(2);
  });

  it('keeps the receipt for a sender who is away', async () => {
    const [alice, bob] = [await join('alice'), await join('bob')];
    await keep(alice, 'm1');
    const { ordinal = 0 } = await bob.event('message');
    await leave(alice);
    await bob.request('receipt', { ordinals: [ordinal] });
    expect(await (await join('alice')).event('receipt')).toMatchObject({ id: 'm1', status: 'delivered' });
  });

  it('is accepted once, however often it is sent', async () => {
    const [alice, bob] = [await join('alice'), await join('bob')];
    expect((await keep(alice, 'm1')).status).toBe('stored');
    expect(await keep(alice, 'm1')).toEqual({ recipients: 0, status: 'duplicate' });
    const { ordinal = 0 } = await bob.event('message');
    await bob.request('receipt', { ordinals: [ordinal] });
    expect((await keep(alice, 'm1')).status).toBe('duplicate');
    expect((await keep(await join('carol'), 'm1')).status).toBe('stored');
    await bob.event('message', ({ fromUser }) => fromUser === 'carol');
    expect(messagesOf(bob)).toHaveLength(2);
  });

  it('reaches all devices of the user that are here, and no other user', async () => {
    const [alice, phone, laptop, carol] = [
      await join('alice'),
      await join('bob'),
      await join('bob'),
      await join('carol'),
    ];
    expect(await keep(alice, 'm1')).toEqual({ recipients: 2, status: 'stored' });
    const [one, other] = [await phone.event('message'), await laptop.event('message')];
    expect(one).toEqual(other);
    await phone.request('receipt', { ordinals: [one.ordinal ?? 0] });
    await laptop.request('receipt', { ordinals: [one.ordinal ?? 0] });
    await alice.event('receipt');
    await Promise.all([alice.request('ping', {}), carol.request('ping', {})]);
    expect(alice.events.filter(({ method }) => method === 'receipt')).toHaveLength(1);
    expect(messagesOf(carol)).toEqual([]);
  });

  it('to a participant or to the room is kept for the users behind them', async () => {
    const [alice, bob, carol] = [await join('alice'), await join('bob'), await join('carol')];
    const toBob = { to: bob.me.participant.id, acknowledge: true, id: 'm1', body: 1 };
    expect(await alice.request('message', toBob)).toEqual({ recipients: 1, status: 'stored' });
    expect(await bob.event('message')).toMatchObject({ id: 'm1', toUser: 'bob' });
    const toAll = { acknowledge: true, id: 'm2', body: 2 };
    expect(await alice.request('message', toAll)).toEqual({ recipients: 2, status: 'stored' });
    expect(await carol.event('message')).not.toHaveProperty('toUser');
    await leave(bob);
    const again = await join('bob');
    await again.event('message', ({ id }) => id === 'm2');
    expect(messagesOf(again).map(({ id }) => id)).toEqual(['m1', 'm2']);
  });

  it('that has expired is reported to its sender and never delivered', async () => {
    const alice = await join('alice');
    await keep(alice, 'm1', { ttlSeconds: 1 });
    await keep(alice, 'm2');
    expect(await alice.event('receipt')).toMatchObject({ id: 'm1', by: 'bob', status: 'expired' });
    const bob = await join('bob');
    await bob.event('message');
    expect(messagesOf(bob).map(({ id }) => id)).toEqual(['m2']);
  });

  it('that expires while its sender is away is reported when they return, also when they return as somebody new', async () => {
    const [alice, carol] = [await join('alice'), await join('carol')];
    await keep(alice, 'm1', { ttlSeconds: 1 });
    await leave(alice);
    await keep(carol, 'm2', { ttlSeconds: 1 });
    expect(await carol.event('receipt')).toMatchObject({ id: 'm2', status: 'expired' });
    const again = await join('alice');
    expect(again.me.participant.id).not.toBe(alice.me.participant.id);
    expect(await again.event('receipt')).toMatchObject({ id: 'm1', by: 'bob', status: 'expired' });
  });

  it('is refused when the mailbox is full, until there is room again', async () => {
    await using small = await start({ maxMailboxMessages: 2 });
    const alice = await joinAs(small.url, 'alice');
    await keep(alice, 'm1');
    await keep(alice, 'm2');
    await expect(keep(alice, 'm3')).rejects.toMatchObject({ code: 'mailboxFull', data: { whose: 'recipient' } });
    const bob = await joinAs(small.url, 'bob');
    const { ordinal = 0 } = await bob.event('message');
    await bob.request('receipt', { ordinals: [ordinal] });
    expect((await keep(alice, 'm3')).status).toBe('stored');
  });

  it('to a room is told not to reach those whose mailbox is full', async () => {
    await using small = await start({ maxMailboxMessages: 1 });
    const [alice, bob, carol] = [
      await joinAs(small.url, 'alice'),
      await joinAs(small.url, 'bob'),
      await joinAs(small.url, 'carol'),
    ];
    await keep(alice, 'm1');
    const reply = await alice.request('message', { acknowledge: true, id: 'm2', body: 2 });
    expect(reply).toEqual({ recipients: 1, status: 'stored', full: ['bob'] });
    expect(await carol.event('message')).toMatchObject({ id: 'm2' });
    expect(messagesOf(bob)).toHaveLength(1);
  });

  it('comes from a large mailbox in portions, each after the one before was acknowledged', async () => {
    const alice = await join('alice');
    const ids = Array.from({ length: 400 }, (_, index) => `m${index}`);
    for (const id of ids) await keep(alice, id);
    const bob = await join('bob');
    await bob.request('ping', {});
    expect(messagesOf(bob)).toHaveLength(128);
    for (let seen = 0; seen < ids.length; ) {
      const ordinals = messagesOf(bob)
        .slice(seen, seen + 256)
        .map(({ ordinal }) => ordinal);
      seen += ordinals.length;
      await bob.request('receipt', { ordinals });
      await bob.request('ping', {});
    }
    expect(messagesOf(bob).map(({ id }) => id)).toEqual(ids);
  });

  it('waits until a moderator has admitted its receiver', async () => {
    const moderator = await joinAs(server.url, 'mod', { grants: { moderate: true } });
    await keep(moderator, 'm1');
    await moderator.request('updateRoom', { waitingRoom: true });
    const bob = await join('bob');
    await bob.request('ping', {});
    expect(bob.events).toEqual([]);
    await moderator.request('admit', { participant: bob.me.participant.id });
    await bob.event('message');
    expect(bob.events.map(({ method }) => method)).toEqual(['admitted', 'message']);
  });

  it('needs an identity on both sides, an id, one receiver and a time that the server allows', async () => {
    const alice = await join('alice');
    const guest = await joinAs(server.url, 'guest', { link: true });
    const to = guest.me.participant.id;
    const message = { acknowledge: true, id: 'm1', body: 1 };
    await expect(guest.request('message', message)).rejects.toMatchObject({ code: 'identityRequired' });
    await expect(guest.request('receipt', { ordinals: [1] })).rejects.toMatchObject({ code: 'identityRequired' });
    await expect(alice.request('message', { ...message, to })).rejects.toMatchObject({ code: 'identityRequired' });
    for (const wrong of [{ id: undefined }, { to, toUser: 'bob' }, { ttlSeconds: 7_000_000 }]) {
      await expect(alice.request('message', { ...message, ...wrong })).rejects.toMatchObject({ code: 'invalidParams' });
    }
  });

  it('is not kept for a room of the same identity elsewhere', async () => {
    const alice = await join('alice');
    await keep(alice, 'm1');
    const token = await tokenOf('bob', { room: 'other' });
    const elsewhere = await SignalingClient.join(server.url, { room: 'other', token });
    await elsewhere.request('ping', {});
    expect(elsewhere.events).toEqual([]);
  });
});

describe('a message that is only sent', () => {
  it('to a user reaches all of their devices that are here', async () => {
    const [alice, phone, laptop] = [await join('alice'), await join('bob'), await join('bob')];
    expect(await alice.request('message', { toUser: 'bob', body: 1 })).toEqual({ recipients: 2, status: 'sent' });
    expect(await phone.event('message')).toMatchObject({ from: alice.me.participant.id, toUser: 'bob', body: 1 });
    await laptop.event('message');
    expect(await alice.request('message', { toUser: 'eve', body: 1 })).toEqual({ recipients: 0, status: 'sent' });
  });

  it('with an id arrives once, however often it is sent', async () => {
    const [alice, bob] = [await join('alice'), await join('bob')];
    expect((await alice.request('message', { id: 'm1', body: 1 })).status).toBe('sent');
    expect(await alice.request('message', { id: 'm1', body: 1 })).toEqual({ recipients: 0, status: 'duplicate' });
    await bob.request('ping', {});
    expect(messagesOf(bob)).toMatchObject([{ id: 'm1' }]);
  });
});

describe('the history of a room', () => {
  it('gives late joiners the last messages to the room, marked as such, before anything new', async () => {
    await using talkative = await start({ historyMessages: 2 });
    const [alice, bob] = [await joinAs(talkative.url, 'alice'), await joinAs(talkative.url, 'bob')];
    for (const body of [1, 2, 3]) await alice.request('message', { type: 'chat', body });
    await alice.request('message', { to: bob.me.participant.id, body: 'secret' });
    const carol = await joinAs(talkative.url, 'carol');
    await alice.request('message', { body: 4 });
    await carol.event('message', ({ body }) => body === 4);
    const from = alice.me.participant.id;
    expect(messagesOf(carol)).toMatchObject([
      { from, fromUser: 'alice', type: 'chat', body: 2, history: true },
      { from, fromUser: 'alice', type: 'chat', body: 3, history: true },
      { body: 4 },
    ]);
    expect(messagesOf(carol)[2]).not.toHaveProperty('history');
  });

  it('is not kept unless it is asked for', async () => {
    const alice = await join('alice');
    await alice.request('message', { body: 1 });
    const bob = await join('bob');
    await bob.request('ping', {});
    expect(bob.events).toEqual([]);
  });
});
