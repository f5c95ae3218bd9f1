import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCodes } from '../../../src/protocol/error-codes.ts';
import { requests } from '../../../src/protocol/requests.ts';
import { RevocationStore } from '../../../src/signaling/auth/revocation-store.ts';
import { Revocations } from '../../../src/signaling/auth/revocations.ts';
import { Database } from '../../../src/signaling/storage/database.ts';
import { joinAs, lockedDoor, tokenOf } from '../../support/locked-door.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

beforeEach(async () => {
  server = await startHub({ ...lockedDoor(), trustProxy: true });
});

afterEach(async () => {
  await server.close();
  expect(server.hub.counts()).toEqual({ connections: 0, sessions: 0, waitingSessions: 0, rooms: 0, queuedBytes: 0 });
});

/** Of a token that is to expire. Ends fall on whole seconds, so that it has up to one less to come in with. */
const shortSeconds = 3;

const join = (identity: string) => joinAs(server.url, identity);
const moderator = () => joinAs(server.url, 'mod', { grants: { moderate: true } });

async function expectEnd(client: SignalingClient, code: 'removed' | 'roomClosed' | 'revoked' | 'tokenExpired') {
  expect(await client.event('disconnect')).toMatchObject({ code, action: 'giveUp' });
  expect((await client.closed).code).toBe(errorCodes[code].closeCode);
}

describe('identity and grants', () => {
  it('are told: the identity to all, the grants and their end to the session', async () => {
    const alice = await joinAs(server.url, 'alice', { grants: { publish: ['microphone'] } });
    const reply = requests.join.result.parse(alice.me);
    expect(reply.participant.identity).toBe('alice');
    expect(reply.grants).toMatchObject({ publish: ['microphone'], moderate: false });
    expect((reply.expiresAt ?? 0) - Date.now()).toBeGreaterThan(50_000);
    const bob = await join('bob');
    expect(bob.me.participants[0]?.identity).toBe('alice');
    expect((await alice.event('participantJoined')).participant.identity).toBe('bob');
  });

  it('of a link’s token name nobody', async () => {
    const guest = await joinAs(server.url, 'guest', { link: true });
    expect(guest.me.participant).not.toHaveProperty('identity');
  });

  it('fix the name that the token gives', async () => {
    const alice = await joinAs(server.url, 'alice', { name: 'Alice' });
    await expect(alice.request('update', { name: 'Bob' })).rejects.toMatchObject({ code: 'forbidden' });
    await alice.request('update', { name: 'Alice', metadata: { seat: '1' } });
  });
});

describe('a hidden session', () => {
  it('sees everything, and the others nothing of it', async () => {
    const alice = await join('alice');
    const observer = await joinAs(server.url, 'observer', { grants: { hidden: true } });
    const bob = await join('bob');
    expect(observer.me.participants).toHaveLength(1);
    expect((await observer.event('participantJoined')).participant.id).toBe(bob.me.participant.id);
    expect(bob.me.participants.map(({ identity }) => identity)).toEqual(['alice']);
    expect(await alice.request('message', { body: 1 })).toMatchObject({ recipients: 1 });
    await observer.event('message');
    observer.socket.close(1000);
    await observer.closed;
    await alice.request('ping', {});
    expect(alice.events.map(({ method }) => method)).toEqual(['participantJoined']);
  });

  it('is on no list of a small room nor of a big one, whose order is that of coming', async () => {
    await joinAs(server.url, 'observer', { grants: { hidden: true } });
    const identities = Array.from({ length: 25 }, (_, index) => `user${index}`);
    for (const [count, identity] of identities.entries()) {
      const { me } = await join(identity);
      expect(me.participants.map((each) => each.identity)).toEqual(identities.slice(0, count));
    }
  });

  it('takes no place of a room that is full', async () => {
    await using small = await startHub({ ...lockedDoor(), limits: { maxParticipantsPerRoom: 1 } });
    await joinAs(small.url, 'alice');
    await joinAs(small.url, 'observer', { grants: { hidden: true } });
    await expect(joinAs(small.url, 'bob')).rejects.toMatchObject({ code: 'roomFull' });
  });
});

describe('a recorder', () => {
  it('is announced when it comes, to newcomers, and when it goes', async () => {
    const alice = await join('alice');
    const recorder = await joinAs(server.url, 'recorder', { grants: { recorder: true, hidden: true } });
    expect(await alice.event('roomUpdated')).toEqual({ recording: true });
    expect((await join('bob')).me.room.recording).toBe(true);
    await recorder.request('leave', {});
    expect(await alice.event('roomUpdated', ({ recording }) => recording === false)).toEqual({ recording: false });
  });
});

describe('a token', () => {
  it('ends the session when it expires', async () => {
    const alice = await joinAs(server.url, 'alice', { ttlSeconds: shortSeconds });
    const bob = await join('bob');
    await expectEnd(alice, 'tokenExpired');
    expect((await bob.event('participantLeft')).reason).toBe('removed');
  });

  it('also ends a session whose socket is gone, and cannot be resumed then', async () => {
    const alice = await joinAs(server.url, 'alice', { ttlSeconds: shortSeconds });
    const bob = await join('bob');
    alice.cut();
    await bob.event('participantLeft');
    const { session, resumeToken: token } = alice.me;
    const again = SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    await expect(again).rejects.toMatchObject({ code: 'sessionNotFound' });
  });

  it('is refreshed over the open session, with new grants and a new end', async () => {
    const alice = await joinAs(server.url, 'alice', { ttlSeconds: shortSeconds });
    const token = await tokenOf('alice', { name: 'Dr. Alice', grants: { message: false } });
    const bob = await join('bob');
    const { grants, expiresAt = 0 } = await alice.request('refreshToken', { token });
    expect(grants.message).toBe(false);
    expect((await bob.event('participantUpdated')).name).toBe('Dr. Alice');
    await expect(alice.request('message', { body: 1 })).rejects.toMatchObject({ code: 'forbidden' });
    expect(expiresAt).toBeGreaterThan((alice.me.expiresAt ?? 0) + 50_000);
    const other = await joinAs(server.url, 'carol', { ttlSeconds: shortSeconds });
    await expectEnd(other, 'tokenExpired');
    await alice.request('ping', {});
    expect(alice.events.map(({ method }) => method)).not.toContain('disconnect');
  });

  it('is not refreshed with one of somebody else, of another room, without worth, or with what was announced', async () => {
    const alice = await join('alice');
    const refresh = async (token: Promise<string>) => alice.request('refreshToken', { token: await token });
    await expect(refresh(tokenOf('bob'))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(refresh(tokenOf('alice', { room: 'coffee' }))).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(refresh(Promise.resolve('x.y.z'))).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(refresh(tokenOf('alice', { grants: { hidden: true } }))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await alice.request('message', { body: 1 })).toMatchObject({ recipients: 0 });
  });

  it('of a revoked identity ends its sessions and opens no more', async () => {
    const [alice, phone, bob] = [await join('alice'), await joinAs(server.url, 'alice'), await join('bob')];
    server.hub.administration.revoke('alice');
    await expectEnd(alice, 'revoked');
    await expectEnd(phone, 'revoked');
    await expect(join('alice')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(await bob.request('message', { body: 1 })).toMatchObject({ recipients: 0 });
  });
});

describe('a revocation', () => {
  it('that cannot be kept over a restart, because the disk is full, counts all the same', async () => {
    const database = new Database();
    const store = new RevocationStore(database);
    const revocations = new Revocations({ maxEntries: 10, keptMs: 60_000, store });
    await using full = await startHub(lockedDoor({ revocations }));
    const alice = await joinAs(full.url, 'alice');
    await database.close();
    expect(() => full.hub.administration.revoke('alice')).toThrow();
    await expectEnd(alice, 'revoked');
    await expect(joinAs(full.url, 'alice')).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

describe('an open server with keys', () => {
  it('lets everybody in, and gives a token’s bearer what it grants', async () => {
    await using open = await startHub(lockedDoor({ mode: 'open' }));
    const guest = await SignalingClient.join(open.url, { room: 'tea' });
    expect(guest.me.grants.moderate).toBe(false);
    const mod = await joinAs(open.url, 'mod', { grants: { moderate: true } });
    await mod.request('remove', { participant: guest.me.participant.id });
    await expectEnd(guest, 'removed');
    const bad = SignalingClient.join(open.url, { room: 'tea', token: 'bad' });
    await expect(bad).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

describe('moderation', () => {
  it('removes somebody, who may come back', async () => {
    const [mod, alice] = [await moderator(), await join('alice')];
    await mod.request('remove', { participant: alice.me.participant.id });
    await expectEnd(alice, 'removed');
    expect((await mod.event('participantLeft')).reason).toBe('removed');
    await join('alice');
  });

  it('removes somebody whose socket is gone, and answers whoever removes themselves', async () => {
    const [mod, alice] = [await moderator(), await join('alice')];
    alice.cut();
    await mod.event('participantUpdated', ({ state }) => state === 'reconnecting');
    await mod.request('remove', { participant: alice.me.participant.id });
    await mod.event('participantLeft');
    expect(await mod.request('remove', { participant: mod.me.participant.id })).toEqual({});
    await expectEnd(mod, 'removed');
  });

  it('bans an identity on all its devices, for the life of the room', async () => {
    const [mod, alice, phone] = [await moderator(), await join('alice'), await join('alice')];
    await mod.request('ban', { participant: alice.me.participant.id });
    await Promise.all([expectEnd(alice, 'removed'), expectEnd(phone, 'removed')]);
    await expect(join('alice')).rejects.toMatchObject({ code: 'banned' });
    await join('bob');
    await mod.request('endRoom', {});
    await mod.closed;
    await join('alice');
  });

  it('bans by address who has no identity, and nobody else', async () => {
    const mod = await moderator();
    const knock = async (address: string) => {
      const client = await SignalingClient.connect(server.url, { headers: { 'x-forwarded-for': address } });
      const me = await client.request('join', { room: 'tea', token: await tokenOf('guest', { link: true }) });
      return Object.assign(client, { me });
    };
    const guest = await knock('192.0.2.7');
    await mod.request('ban', { participant: guest.me.participant.id });
    await expectEnd(guest, 'removed');
    await expect(knock('192.0.2.7')).rejects.toMatchObject({ code: 'banned' });
    await knock('192.0.2.8');
    await expect(mod.request('ban', { participant: mod.me.participant.id })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('locks the room for newcomers, not for those in it nor for moderators', async () => {
    const [mod, alice] = [await moderator(), await join('alice')];
    await mod.request('updateRoom', { locked: true });
    expect(await alice.event('roomUpdated')).toEqual({ locked: true });
    await expect(join('bob')).rejects.toMatchObject({ code: 'roomLocked' });
    expect((await moderator()).me.room.locked).toBe(true);
    const { session, resumeToken: token } = alice.me;
    alice.cut();
    const resume = { session, token, seq: 0 };
    expect((await SignalingClient.join(server.url, { room: 'tea', resume })).me.resumed).toBe(true);
    await mod.request('updateRoom', { locked: false });
    await join('bob');
  });

  it('ends the room for everybody, the moderator too, without a word about the others’ leaving', async () => {
    const [mod, alice, bob] = [await moderator(), await join('alice'), await join('bob')];
    expect(await mod.request('endRoom', {})).toEqual({});
    await Promise.all([mod, alice, bob].map((client) => expectEnd(client, 'roomClosed')));
    expect(bob.events.map(({ method }) => method)).not.toContain('participantLeft');
    expect(server.hub.counts().rooms).toBe(0);
  });

  it('knows nobody of another room', async () => {
    const mod = await moderator();
    const other = await joinAs(server.url, 'alice', { room: 'coffee' });
    const participant = other.me.participant.id;
    for (const method of ['remove', 'ban', 'admit'] as const) {
      await expect(mod.request(method, { participant })).rejects.toMatchObject({ code: 'participantNotFound' });
    }
    const mute = mod.request('muteOther', { participant, track: 'track' });
    await expect(mute).rejects.toMatchObject({ code: 'participantNotFound' });
  });
});

describe('the waiting room', () => {
  async function open() {
    const mod = await moderator();
    await mod.request('updateRoom', { waitingRoom: true });
    const alice = await join('alice');
    return { mod, alice };
  }

  it('holds newcomers until a moderator admits them, with the state of the room as it is then', async () => {
    const { mod, alice } = await open();
    expect(requests.join.result.parse(alice.me)).toMatchObject({ waiting: true, participants: [] });
    const { participant } = await mod.event('participantWaiting');
    expect(participant).toEqual({ id: alice.me.participant.id, identity: 'alice', name: 'alice', metadata: {} });
    await mod.request('message', { body: 'not for those outside' });
    await expect(alice.request('message', { body: 1 })).rejects.toMatchObject({ code: 'notAdmitted' });
    await mod.request('update', { name: 'The host' });
    await mod.request('admit', { participant: participant.id });
    const admitted = await alice.event('admitted');
    expect(admitted.participants.map(({ name }) => name)).toEqual(['The host']);
    expect(admitted.room).toMatchObject({ name: 'tea', waitingRoom: true });
    expect(alice.events.map(({ method, seq }) => [method, seq])).toEqual([['admitted', 1]]);
    expect(await mod.event('waitingEnded')).toMatchObject({ outcome: 'admitted' });
    expect((await mod.event('participantJoined')).participant.id).toBe(participant.id);
    expect(await alice.request('message', { body: 1 })).toMatchObject({ recipients: 1 });
  });

  it('tells a later moderator who waits, lets moderators pass, and lets refused ones go', async () => {
    const { mod, alice } = await open();
    const second = await joinAs(server.url, 'second', { grants: { moderate: true } });
    expect(second.me.waiting).toBeUndefined();
    expect(second.me.waitingParticipants?.map(({ identity }) => identity)).toEqual(['alice']);
    await second.request('remove', { participant: alice.me.participant.id });
    await expectEnd(alice, 'removed');
    expect(await mod.event('waitingEnded')).toMatchObject({ outcome: 'removed' });
    expect(mod.events.map(({ method }) => method)).not.toContain('participantLeft');
  });

  it('admits somebody whose socket is gone, who learns of it on return', async () => {
    const { mod, alice } = await open();
    const { session, resumeToken: token, participant } = alice.me;
    alice.cut();
    await alice.closed;
    await mod.request('admit', { participant: participant.id });
    const again = await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    expect(again.me.waiting).toBeUndefined();
    expect((await again.event('admitted')).participants).toHaveLength(1);
  });

  it('resumes waiting, and may be left', async () => {
    const { mod, alice } = await open();
    const { session, resumeToken: token } = alice.me;
    alice.cut();
    const again = await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    expect(again.me).toMatchObject({ resumed: true, waiting: true });
    await again.request('ping', {});
    await again.request('leave', {});
    expect(await mod.event('waitingEnded')).toMatchObject({ outcome: 'left' });
  });

  it('admits all when it is turned off, and ends with the room', async () => {
    const { mod, alice } = await open();
    await mod.request('updateRoom', { waitingRoom: false });
    await alice.event('admitted');
    await mod.request('updateRoom', { waitingRoom: true });
    const bob = await join('bob');
    expect(bob.me.waiting).toBe(true);
    await mod.request('endRoom', {});
    await expectEnd(bob, 'roomClosed');
  });

  it('keeps the room open while somebody waits', async () => {
    const { mod, alice } = await open();
    await mod.request('leave', {});
    expect(server.hub.counts().rooms).toBe(1);
    const again = await moderator();
    await again.request('admit', { participant: alice.me.participant.id });
    await alice.event('admitted');
  });
});

describe('limits of the door', () => {
  it('bound joins from one address, and not those from this machine', async () => {
    const limits = { joinsPerSecondPerAddress: 0.001, joinBurstPerAddress: 2 };
    await using busy = await startHub({ trustProxy: true, limits });
    const knock = async (address?: string) => {
      const client = await SignalingClient.connect(
        busy.url,
        address ? { headers: { 'x-forwarded-for': address } } : {},
      );
      return client.request('join', { room: 'tea' });
    };
    await knock('192.0.2.1');
    await knock('192.0.2.1');
    const refused = await knock('192.0.2.1').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'rateLimited' });
    expect(refused).toHaveProperty('data.retryAfterMs');
    await knock('192.0.2.2');
    for (let count = 0; count < 3; count += 1) await knock();
  });

  it('bound the rooms that one identity has open', async () => {
    await using small = await startHub({ ...lockedDoor(), limits: { maxRoomsPerIdentity: 2 } });
    const enter = (identity: string, room: string) => joinAs(small.url, identity, { room });
    const first = await enter('alice', 'one');
    await enter('alice', 'two');
    await expect(enter('alice', 'three')).rejects.toMatchObject({ code: 'tooManyRooms' });
    await enter('bob', 'three');
    await enter('alice', 'three');
    await first.request('leave', {});
    await enter('alice', 'four');
  });
});
