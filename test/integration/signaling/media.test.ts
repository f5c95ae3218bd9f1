import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sfu } from '../../../src/sfu/types.ts';
import { joinAs, lockedDoor, tokenOf } from '../../support/locked-door.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';
import { answerTo, fixture, settled, startSfu } from '../sfu/support.ts';

type Joined = Awaited<ReturnType<typeof SignalingClient.join>>;

const nothing = { rooms: 0, routers: 0, sessions: 0, transports: 0, producers: 0, consumers: 0 };

let sfu: Sfu;
let server: TestHub;

beforeAll(async () => {
  sfu = await startSfu();
});
afterAll(() => sfu.close());
beforeEach(async () => {
  server = await startHub({ sfu });
});
afterEach(async () => {
  await server.close();
  expect(await settled(sfu, nothing)).toMatchObject(nothing);
});

const join = (name: string, subscribe: 'auto' | 'manual' = 'auto') =>
  SignalingClient.join(server.url, { room: 'tea', name, subscribe });

async function publish(client: Joined) {
  const sdp = await fixture('chromium', 'publish.microphone-camera.only.offer');
  return client.request('offer', { connection: 'publish', sdp, tracks: [] });
}

async function accept(client: Joined, from = 0) {
  const offer = await client.event('offer', (params) => 'negotiation' in params, from);
  if (!('negotiation' in offer)) throw new Error('Not an offer of the server.');
  const { negotiation, sdp } = offer;
  await client.request('answer', { connection: 'subscribe', negotiation, sdp: answerTo(sdp) });
  return offer;
}

describe('media', () => {
  it('costs nothing in a room where nobody has any', async () => {
    await join('Alice');
    await join('Bob');
    expect(sfu.counts()).toMatchObject(nothing);
  });

  it('is answered, told to the others, and offered to them', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    const answer = await publish(alice);
    expect(answer.tracks?.map(({ error }) => error)).toEqual([undefined, undefined]);
    const ids = answer.tracks?.map(({ track }) => track);
    const first = await bob.event('trackPublished');
    expect(first).toMatchObject({
      participant: alice.me.participant.id,
      track: { source: 'microphone', muted: false },
    });
    const offer = await accept(bob);
    expect(offer.tracks.map(({ track }) => track).sort()).toEqual(ids?.sort());
    await alice.request('ping', {});
    expect(alice.events.map(({ method }) => method)).not.toContain('trackPublished');
  });

  it('is there for a newcomer: in the reply, and right after it as an offer', async () => {
    const alice = await join('Alice');
    await publish(alice);
    const bob = await join('Bob');
    expect(bob.me.participants[0]?.tracks.map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);
    await accept(bob);
    expect(JSON.parse(bob.frames[0] ?? '')).toHaveProperty('result.session');
  });

  it('comes to those who choose only when they ask', async () => {
    const alice = await join('Alice');
    const { tracks = [] } = await publish(alice);
    const bob = await join('Bob', 'manual');
    const [{ track = '' } = {}] = tracks;
    await bob.request('subscribe', { tracks: [{ track, priority: 200 }] });
    const offer = await accept(bob);
    expect(offer.tracks.map((entry) => entry.track)).toEqual([track]);
    await bob.request('unsubscribe', { tracks: [track] });
  });

  it('is not negotiated by an answer to an offer that was answered before', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    await publish(alice);
    const { negotiation, sdp } = await accept(bob);
    const again = bob.request('answer', { connection: 'subscribe', negotiation, sdp: answerTo(sdp) });
    await expect(again).rejects.toMatchObject({ code: 'staleNegotiation' });
  });

  it('may be muted and ended, which the others learn', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    const { tracks = [] } = await publish(alice);
    const [{ track = '' } = {}] = tracks;
    await alice.request('mute', { track, muted: true });
    expect(await bob.event('trackUpdated')).toEqual({ participant: alice.me.participant.id, track, muted: true });
    const carol = await join('Carol');
    expect(carol.me.participants[0]?.tracks.find(({ id }) => id === track)?.muted).toBe(true);
    await alice.request('unpublish', { track });
    expect(await bob.event('trackUnpublished')).toMatchObject({ track });
    await expect(alice.request('unpublish', { track })).rejects.toMatchObject({ code: 'trackNotFound' });
    expect(alice.events.map(({ method }) => method)).not.toContain('trackUnpublished');
    await expect(bob.request('mute', { track, muted: true })).rejects.toMatchObject({ code: 'trackNotFound' });
  });

  it('is untouched when the session goes to another socket, and the open offer comes again', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    await publish(alice);
    await bob.event('offer');
    const before = sfu.counts();
    const { session, resumeToken: token } = bob.me;
    bob.cut();
    alice.cut();
    const again = await SignalingClient.join(server.url, { room: 'tea', resume: { session, token, seq: 0 } });
    await accept(again);
    expect(sfu.counts()).toMatchObject({ producers: before.producers, sessions: before.sessions });
  });

  it('ends with its participant', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    await publish(alice);
    await accept(bob);
    await alice.request('leave', {});
    await bob.event('participantLeft');
    expect(await settled(sfu, { producers: 0 })).toMatchObject({ producers: 0 });
    await bob.request('ping', {});
    expect(bob.events.map(({ method }) => method)).not.toContain('trackUnpublished');
    const carol = await join('Carol');
    expect(carol.me.participants[0]?.tracks).toEqual([]);
  });

  it('is negotiated anew when its worker has died', async () => {
    const [alice, bob] = [await join('Alice'), await join('Bob')];
    await publish(alice);
    await accept(bob);
    const [pid = 0] = sfu.workerPids();
    process.kill(pid, 'SIGKILL');
    expect(await alice.event('renegotiate')).toEqual({ connections: ['publish'] });
    expect(await bob.event('renegotiate')).toEqual({ connections: ['subscribe'] });
    await bob.event('trackUnpublished');
    await settled(sfu, { workers: 1 });
    const from = bob.events.length;
    await publish(alice);
    const offer = await accept(bob, from);
    expect(offer.tracks).toHaveLength(2);
  });

  it.each([
    ['an offer that is none', 'offer', { connection: 'publish', sdp: 'hello', tracks: [] }, 'invalidSdp'],
    ['an answer to nothing', 'answer', { connection: 'subscribe', negotiation: 3, sdp: 'v=0' }, 'connectionNotFound'],
    ['a bad candidate', 'candidate', { connection: 'publish', candidate: { candidate: 'x' } }, 'invalidCandidate'],
    ['a track that is not there', 'mute', { track: 'none', muted: true }, 'trackNotFound'],
    ['a restart of nothing', 'restartIce', { connection: 'publish' }, 'connectionNotFound'],
  ])('refuses %s', async (_, method, params, code) => {
    const alice = await join('Alice');
    const { error } = await alice.replyTo(alice.send(method, params));
    expect(error?.code).toBe(code);
  });

  it('is held to the grants, section by section, also where the kind belies the source', async () => {
    await server.close();
    server = await startHub({ sfu, ...lockedDoor() });
    const alice = await joinAs(server.url, 'alice', { grants: { publish: ['microphone'] } });
    const bob = await joinAs(server.url, 'bob');
    const answer = await publish(alice);
    expect(answer.tracks?.map(({ error }) => error)).toEqual([undefined, 'forbidden']);
    expect((await bob.event('trackPublished')).track.source).toBe('microphone');
    const sdp = await fixture('chromium', 'publish.microphone-camera.only.offer');
    const tracks = answer.tracks?.map(({ mid }) => ({ mid, source: 'microphone' as const })) ?? [];
    const carol = await joinAs(server.url, 'carol', { grants: { publish: ['microphone'] } });
    const belied = await carol.request('offer', { connection: 'publish', sdp, tracks });
    expect(belied.tracks?.map(({ error }) => error)).toEqual([undefined, 'forbidden']);
  });

  it('ends when a refreshed token permits it no longer', async () => {
    await server.close();
    server = await startHub({ sfu, ...lockedDoor() });
    const [alice, bob] = [await joinAs(server.url, 'alice'), await joinAs(server.url, 'bob')];
    const { tracks = [] } = await publish(alice);
    const token = await tokenOf('alice', { grants: { publish: ['microphone'] } });
    await alice.request('refreshToken', { token });
    const camera = tracks[1]?.track;
    expect((await alice.event('trackUnpublished')).track).toBe(camera);
    expect((await bob.event('trackUnpublished')).track).toBe(camera);
  });

  it('is not offered to who may not subscribe', async () => {
    await server.close();
    server = await startHub({ sfu, ...lockedDoor() });
    const [alice, deaf] = [
      await joinAs(server.url, 'alice'),
      await joinAs(server.url, 'deaf', { grants: { subscribe: false } }),
    ];
    const { tracks: [{ track = '' } = {}] = [] } = await publish(alice);
    await deaf.event('trackPublished');
    await expect(deaf.request('subscribe', { tracks: [{ track }] })).rejects.toMatchObject({ code: 'forbidden' });
    expect(deaf.events.map(({ method }) => method)).not.toContain('offer');
  });

  it('is muted by a moderator, of which its publisher is told and may unmute', async () => {
    await server.close();
    server = await startHub({ sfu, ...lockedDoor() });
    const alice = await joinAs(server.url, 'alice');
    const mod = await joinAs(server.url, 'mod', { grants: { moderate: true } });
    const { tracks: [{ track = '' } = {}] = [] } = await publish(alice);
    const participant = alice.me.participant.id;
    await mod.request('muteOther', { participant, track });
    const told = { participant, track, muted: true };
    expect(await alice.event('trackUpdated')).toEqual(told);
    expect(await mod.event('trackUpdated')).toEqual(told);
    await alice.request('mute', { track, muted: false });
    await mod.event('trackUpdated', ({ muted }) => !muted);
    expect(alice.events.filter(({ method }) => method === 'trackUpdated')).toHaveLength(1);
    const wrong = mod.request('muteOther', { participant, track: 'none' });
    await expect(wrong).rejects.toMatchObject({ code: 'trackNotFound' });
  });

  it('waits with those who wait, and is offered to whoever is admitted', async () => {
    await server.close();
    server = await startHub({ sfu, ...lockedDoor() });
    const mod = await joinAs(server.url, 'mod', { grants: { moderate: true } });
    await mod.request('updateRoom', { waitingRoom: true });
    await publish(mod);
    const alice = await joinAs(server.url, 'alice');
    const sdp = await fixture('chromium', 'publish.microphone-camera.only.offer');
    const early = alice.request('offer', { connection: 'publish', sdp, tracks: [] });
    await expect(early).rejects.toMatchObject({ code: 'notAdmitted' });
    await mod.request('admit', { participant: alice.me.participant.id });
    expect((await alice.event('admitted')).participants[0]?.tracks).toHaveLength(2);
    expect((await accept(alice)).tracks).toHaveLength(2);
  });
});
