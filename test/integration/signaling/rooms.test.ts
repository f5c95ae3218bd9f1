import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requests } from '../../../src/protocol/requests.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { anyRate, startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

beforeEach(async () => {
  server = await startHub({ limits: { maxParticipantsPerRoom: 3, maxRooms: 2 } });
});

afterEach(async () => {
  await server.close();
  expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
});

const join = (room: string, name = '') => SignalingClient.join(server.url, { room, name });

describe('join', () => {
  it('answers with the session, the room, its people, heartbeat and limits, as the schema says', async () => {
    const alice = await join('tea', 'Alice');
    const bob = await SignalingClient.join(server.url, { room: 'tea', name: 'Bob', metadata: { seat: '2' } });
    const reply = requests.join.result.parse(bob.me);
    expect(reply.participant).toMatchObject({ name: 'Bob', metadata: { seat: '2' }, state: 'connected', tracks: [] });
    expect(reply.participants).toEqual([alice.me.participant]);
    expect(reply).toMatchObject({ resumed: false, seq: 0, room: { name: 'tea' }, iceServers: [] });
    expect(reply.limits.maxParticipants).toBe(3);
  });

  it('hands out ICE servers made for that participant', async () => {
    await using other = await startHub({
      iceServersFor: (user) => [{ urls: ['turn:127.0.0.1:3478'], username: `1:${user}`, credential: 'c' }],
    });
    const { me } = await SignalingClient.join(other.url, { room: 'tea' });
    expect(me.iceServers[0]?.username).toBe(`1:${me.participant.id}`);
  });

  it('tells those who are there, and not the newcomer', async () => {
    const alice = await join('tea', 'Alice');
    const bob = await join('tea', 'Bob');
    const { participant } = await alice.event('participantJoined');
    expect(participant).toEqual(bob.me.participant);
    await bob.request('ping', {});
    expect(bob.events).toEqual([]);
  });

  it('lets requests follow without waiting for its reply', async () => {
    const alice = await join('tea');
    const bob = await SignalingClient.connect(server.url);
    bob.send('join', { room: 'tea' });
    const message = bob.send('message', { type: 'chat', body: 'early' });
    bob.send('leave', {});
    expect(await bob.replyTo(message)).toMatchObject({ result: { recipients: 1 } });
    await alice.event('participantLeft');
    expect(alice.events.map(({ method }) => method)).toEqual(['participantJoined', 'message', 'participantLeft']);
    expect(alice.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('refuses a full room, and a room too many, and changes nothing by it', async () => {
    const [first] = [await join('tea'), await join('tea'), await join('tea')];
    await expect(join('tea')).rejects.toMatchObject({ code: 'roomFull' });
    await join('coffee');
    await expect(join('juice')).rejects.toMatchObject({ code: 'serverFull' });
    expect(server.hub.counts()).toMatchObject({ rooms: 2, sessions: 4 });
    await first?.request('ping', {});
    expect(first?.events).toHaveLength(2);
  });

  it('can be repeated on a connection that was refused, or has left', async () => {
    const alice = await SignalingClient.connect(server.url);
    await expect(alice.request('join', { room: '' })).rejects.toMatchObject({ code: 'invalidParams' });
    const first = await alice.request('join', { room: 'tea' });
    await expect(alice.request('join', { room: 'tea' })).rejects.toMatchObject({ code: 'alreadyJoined' });
    await alice.request('leave', {});
    expect(server.hub.counts().rooms).toBe(0);
    const second = await alice.request('join', { room: 'coffee' });
    expect(second.session).not.toBe(first.session);
    expect(second.seq).toBe(0);
  });
});

describe('leave and update', () => {
  it('tells the others, once, and the room ends with the last', async () => {
    const [alice, bob] = [await join('tea'), await join('tea')];
    await bob.request('leave', {});
    await expect(bob.request('leave', {})).rejects.toMatchObject({ code: 'notJoined' });
    const left = await alice.event('participantLeft');
    expect(left).toEqual({ participant: bob.me.participant.id, reason: 'left' });
    await alice.request('leave', {});
    expect(server.hub.counts()).toMatchObject({ rooms: 0, sessions: 0, connections: 2 });
  });

  it('takes an ordinary closing of the socket for leaving', async () => {
    const [alice, bob] = [await join('tea'), await join('tea')];
    bob.socket.close(1000);
    expect(await alice.event('participantLeft')).toMatchObject({ reason: 'left' });
  });

  it('tells what changed of a participant, and newcomers see it', async () => {
    const [alice, bob] = [await join('tea', 'Alice'), await join('tea', 'Bob')];
    await bob.request('update', { name: 'Robert' });
    await bob.request('update', { name: 'Robert' });
    await bob.request('update', { metadata: { hand: 'up' } });
    await alice.event('participantUpdated', ({ metadata }) => metadata?.hand === 'up');
    const id = bob.me.participant.id;
    expect(alice.events.slice(1).map(({ params }) => params)).toEqual([
      { participant: id, name: 'Robert' },
      { participant: id, metadata: { hand: 'up' } },
    ]);
    const carol = await join('tea');
    expect(carol.me.participants[1]).toMatchObject({ name: 'Robert', metadata: { hand: 'up' } });
  });
});

describe('rooms', () => {
  it('do not hear each other', async () => {
    const [alice, bob] = [await join('tea'), await join('coffee')];
    await bob.request('message', { body: 1 });
    await bob.request('leave', {});
    await alice.request('ping', {});
    expect(alice.events).toEqual([]);
    await expect(alice.request('message', { to: bob.me.participant.id, body: 1 })).rejects.toMatchObject({
      code: 'participantNotFound',
    });
  });

  it('show all members the same events in the same order while people come, talk and go', async () => {
    await using large = await startHub({ limits: anyRate });
    const watchers = await Promise.all([1, 2, 3].map(() => SignalingClient.join(large.url, { room: 'tea' })));
    const actors = Array.from({ length: 6 }, async (_, actor) => {
      for (let round = 0; round < 5; round += 1) {
        const one = await SignalingClient.join(large.url, { room: 'tea', name: `${actor}` });
        await Promise.all([1, 2, 3].map((body) => one.request('message', { body })));
        await one.request('leave', {});
        one.socket.close();
      }
    });
    await Promise.all(actors);
    await Promise.all(watchers.map((watcher) => watcher.request('ping', {})));
    const seen = watchers.map(({ events }) => events.slice(-150).map(({ method, params }) => ({ method, params })));
    expect(seen[0]).toHaveLength(150);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    for (const { events } of watchers)
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  });
});
