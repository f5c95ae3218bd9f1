import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestResult } from '../protocol/requests.ts';
import { CrosspointClient } from './crosspoint-client.ts';
import type { LocalTrack } from './media/local-track.ts';
import type { PublishOptions } from './options.ts';
import { FakePeerConnections, mediaTrack } from './testing/fake-peer-connection.ts';
import { FakeNetwork, fakeParticipant, fakeTrack } from './testing/fake-web-socket.ts';

const eventNames = [
  'stateChanged',
  'participantJoined',
  'participantUpdated',
  'participantLeft',
  'trackPublished',
  'trackUpdated',
  'trackUnpublished',
  'trackSubscribed',
  'trackUnsubscribed',
  'localTrackPublished',
  'localTrackUnpublished',
  'localTrackEnded',
] as const;

function createClient() {
  const network = new FakeNetwork();
  const peers = new FakePeerConnections();
  const client = new CrosspointClient({
    url: 'ws://host.example/signaling',
    WebSocket: network.WebSocket,
    createPeerConnection: peers.create,
  });
  const log: string[] = [];
  const note = (name: string, { id, status }: { id?: string | undefined; status?: string }) =>
    log.push(`${name} ${status ?? id}`);
  for (const name of eventNames) client.on(name, (...[subject]) => note(name, subject));
  return { client, network, peers, log };
}

type Fixture = ReturnType<typeof createClient>;

/** Lets promise callbacks run; nothing of the client's waits for time there. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function createJoined(result: Partial<RequestResult<'join'>> = {}): Promise<Fixture> {
  const fixture = createClient();
  const joining = fixture.client.join({ room: 'lobby' });
  fixture.network.socket.open();
  fixture.network.socket.acceptJoin(result);
  await joining;
  fixture.log.length = 0;
  return fixture;
}

/** Answers the newest offer: the n-th section gets the n-th id, `-` refuses it. */
function answerOffer({ network }: Fixture, ids: string[]): void {
  const { tracks } = network.socket.last('offer').params as { tracks: { mid: string }[] };
  const results = tracks.map(({ mid }, index) =>
    ids[index] === '-' ? { mid, error: 'unsupportedCodec' } : { mid, track: ids[index] },
  );
  network.socket.reply('offer', { sdp: 'v=0\r\na=ice-ufrag:s1\r\n', tracks: results });
}

async function publish(fixture: Fixture, kind: 'audio' | 'video', id: string, options: PublishOptions = {}) {
  const publishing = fixture.client.publish(mediaTrack(kind), options);
  await settle();
  const { tracks } = fixture.network.socket.last('offer').params as { tracks: unknown[] };
  const known = [...fixture.client.localTracks].flatMap((track: LocalTrack) => track.id ?? []);
  answerOffer(fixture, [...known, id].slice(0, tracks.length));
  return publishing;
}

function offerTracks({ network }: Fixture, tracks: Record<string, string>, negotiation = 1): void {
  const sections = Object.keys(tracks).map((mid) => `m=video 9 X 96\r\na=mid:${mid}\r\n`);
  network.socket.event('offer', {
    connection: 'subscribe',
    negotiation,
    sdp: `v=0\r\na=ice-ufrag:s${negotiation}\r\n${sections.join('')}`,
    tracks: Object.entries(tracks).flatMap(([mid, track]) => (track ? [{ mid, track, participant: 'ann' }] : [])),
  });
}

async function rejoin({ network }: Fixture, result: Partial<RequestResult<'join'>> = {}): Promise<void> {
  network.socket.break(4503);
  await vi.advanceTimersByTimeAsync(500);
  network.socket.open();
  network.socket.acceptJoin({ session: 'session-2', ...result });
  await settle();
}

describe('CrosspointClient', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  describe('the room', () => {
    it('is readable when join resolves, without events for who was there', async () => {
      const { client, log } = await createJoined({ participants: [fakeParticipant('ann', [fakeTrack('t1')])] });
      expect(client.self).toEqual({ id: 'me', name: 'me', metadata: {} });
      expect(client.participants.get('ann')?.trackOf('camera')?.id).toBe('t1');
      expect(client.findTrack('t1')?.participant.id).toBe('ann');
      expect(log).toEqual([]);
    });

    it('follows the events, each told once and with its object', async () => {
      const { client, network, log } = await createJoined();
      const { socket } = network;
      socket.event('participantJoined', { participant: fakeParticipant('ann') });
      socket.event('trackPublished', { participant: 'ann', track: fakeTrack('t1') });
      socket.event('trackUpdated', { participant: 'ann', track: 't1', muted: true });
      expect(client.findTrack('t1')?.muted).toBe(true);
      socket.event('participantUpdated', { participant: 'ann', state: 'reconnecting' });
      expect(client.participants.get('ann')).toMatchObject({ state: 'reconnecting', name: 'ann' });
      socket.event('participantLeft', { participant: 'ann', reason: 'left' });
      expect(client.participants.size).toBe(0);
      expect(log).toEqual([
        'participantJoined ann',
        'trackPublished t1',
        'trackUpdated t1',
        'participantUpdated ann',
        'trackUnpublished t1',
        'participantLeft ann',
      ]);
    });

    it('ignores events about those it does not know', async () => {
      const { network, log } = await createJoined();
      network.socket.event('trackUpdated', { participant: 'x', track: 'y', muted: true });
      network.socket.event('trackUnpublished', { participant: 'x', track: 'y' });
      network.socket.event('participantLeft', { participant: 'x', reason: 'left' });
      network.socket.event('trackPublished', { participant: 'x', track: fakeTrack('y') });
      expect(log).toEqual([]);
    });

    it('tells after a rejoin only what is different', async () => {
      const before = [fakeParticipant('ann', [fakeTrack('t1'), fakeTrack('t2')]), fakeParticipant('ben')];
      const fixture = await createJoined({ participants: before });
      const now = [{ ...fakeParticipant('ann', [{ ...fakeTrack('t1'), muted: true }, fakeTrack('t3')]), name: 'Anna' }];
      const ann = fixture.client.participants.get('ann');
      await rejoin(fixture, { participants: [...now, fakeParticipant('cid')] });
      expect(fixture.log).toEqual([
        'stateChanged reconnecting',
        'trackUnpublished t2',
        'trackUpdated t1',
        'trackPublished t3',
        'participantUpdated ann',
        'participantLeft ben',
        'participantJoined cid',
        'stateChanged joined',
      ]);
      expect(fixture.client.participants.get('ann')).toBe(ann);
    });

    it('is empty after leaving', async () => {
      const { client } = await createJoined({ participants: [fakeParticipant('ann', [fakeTrack('t1')])] });
      await client.leave();
      expect(client.participants.size).toBe(0);
      expect(client.self).toBeUndefined();
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  describe('publishing', () => {
    it('offers together with the join, and gathers only once the ICE servers are known', async () => {
      const fixture = createClient();
      const { client, network, peers } = fixture;
      const joining = client.join({ room: 'lobby' });
      const publishing = client.publishAll([mediaTrack('audio'), { track: mediaTrack('video') }]);
      await settle();
      network.socket.open();
      expect(network.socket.requests.map(({ method }) => method)).toEqual(['join', 'offer']);
      expect(peers.all[0]?.operations).toEqual(['createOffer']);
      network.socket.acceptJoin();
      await joining;
      await settle();
      expect(peers.all[0]?.operations).toEqual(['createOffer', 'setConfiguration', 'setLocal offer']);
      expect(peers.all[0]?.configuration.iceServers).toEqual([{ urls: ['stun:192.0.2.1'] }]);
      answerOffer(fixture, ['a', 'v']);
      expect((await publishing).map(({ id }) => id)).toEqual(['a', 'v']);
    });

    it('puts what is published in one turn into one offer, with mids and sources', async () => {
      const fixture = await createJoined();
      void fixture.client.publishAll([
        mediaTrack('audio'),
        { track: mediaTrack('video'), options: { source: 'screen' } },
      ]);
      await settle();
      expect(fixture.network.socket.count('offer')).toBe(1);
      expect(fixture.network.socket.last('offer').params).toMatchObject({
        connection: 'publish',
        tracks: [
          { mid: '0', source: 'microphone', muted: false },
          { mid: '1', source: 'screen', muted: false },
        ],
      });
    });

    it('puts what is published during a negotiation into the next', async () => {
      const fixture = await createJoined();
      const first = fixture.client.publish(mediaTrack('audio'));
      await settle();
      const second = fixture.client.publish(mediaTrack('video'));
      await settle();
      expect(fixture.network.socket.count('offer')).toBe(1);
      answerOffer(fixture, ['a']);
      await first;
      await settle();
      expect(fixture.network.socket.count('offer')).toBe(2);
      answerOffer(fixture, ['a', 'v']);
      await expect(second).resolves.toMatchObject({ id: 'v', kind: 'video' });
      expect(fixture.log).toEqual(['localTrackPublished a', 'localTrackPublished v']);
    });

    it('rejects a track whose section was refused, and keeps the others', async () => {
      const fixture = await createJoined();
      const [audio, video] = [fixture.client.publish(mediaTrack('audio')), fixture.client.publish(mediaTrack('video'))];
      const refused = expect(video).rejects.toMatchObject({ code: 'unsupportedCodec' });
      await settle();
      answerOffer(fixture, ['a', '-']);
      await refused;
      await expect(audio).resolves.toMatchObject({ id: 'a' });
      expect([...fixture.client.localTracks].map(({ id }) => id)).toEqual(['a']);
    });

    it('takes a refused offer back, so that the next can succeed', async () => {
      const fixture = await createJoined();
      const refused = expect(fixture.client.publish(mediaTrack('video'))).rejects.toMatchObject({
        code: 'tooManyTracks',
      });
      await settle();
      fixture.network.socket.refuse('offer', 'tooManyTracks');
      await refused;
      expect(fixture.peers.all[0]?.signalingState).toBe('stable');
      expect(await publish(fixture, 'video', 'v')).toMatchObject({ id: 'v' });
      expect(fixture.peers.all[0]?.transceivers).toHaveLength(1);
    });

    it('tries again while the media worker is being replaced', async () => {
      const fixture = await createJoined();
      const publishing = fixture.client.publish(mediaTrack('audio'));
      await settle();
      fixture.network.socket.refuse('offer', 'mediaUnavailable');
      await vi.advanceTimersByTimeAsync(500);
      expect(fixture.network.socket.count('offer')).toBe(2);
      answerOffer(fixture, ['a']);
      await expect(publishing).resolves.toMatchObject({ id: 'a' });
    });

    it('uses the section of an unpublished track for the next of its kind', async () => {
      const fixture = await createJoined();
      const first = await publish(fixture, 'video', 'v1');
      const ended = first.unpublish();
      fixture.network.socket.reply('unpublish', {});
      await ended;
      expect(fixture.peers.all[0]?.transceivers[0]).toMatchObject({ direction: 'inactive', sender: { track: null } });
      await publish(fixture, 'video', 'v2');
      expect(fixture.peers.all[0]?.transceivers).toHaveLength(1);
      expect(fixture.peers.all[0]?.transceivers[0]?.direction).toBe('sendonly');
      await publish(fixture, 'video', 'v3');
      expect(fixture.peers.all[0]?.transceivers).toHaveLength(2);
    });

    it('ends a track that was unpublished while it was being offered', async () => {
      const fixture = await createJoined();
      const publishing = expect(fixture.client.publish(mediaTrack('audio'))).rejects.toMatchObject({ code: 'left' });
      await settle();
      const [track] = fixture.client.localTracks;
      await track?.unpublish();
      await publishing;
      answerOffer(fixture, ['a']);
      await settle();
      expect(fixture.network.socket.last('unpublish').params).toEqual({ track: 'a' });
      expect(fixture.log).toEqual([]);
    });

    it('mutes: disables the media, stops sending video, tells the server; and back', async () => {
      const fixture = await createJoined();
      const track = await publish(fixture, 'video', 'v');
      const muting = track.mute();
      await settle();
      expect(fixture.network.socket.last('mute').params).toEqual({ track: 'v', muted: true });
      fixture.network.socket.reply('mute', {});
      await muting;
      expect(track.mediaTrack.enabled).toBe(false);
      expect(fixture.peers.all[0]?.transceivers[0]?.sender.track).toBeNull();
      void track.unmute();
      await settle();
      expect(fixture.peers.all[0]?.transceivers[0]?.sender.track).toBe(track.mediaTrack);
      expect(fixture.network.socket.last('mute').params).toEqual({ track: 'v', muted: false });
    });

    it('tells a mute that came before the track was known', async () => {
      const fixture = await createJoined();
      const publishing = fixture.client.publish(mediaTrack('audio'));
      await settle();
      const [track] = fixture.client.localTracks;
      await track?.mute();
      expect(fixture.network.socket.count('mute')).toBe(0);
      answerOffer(fixture, ['a']);
      await publishing;
      expect(fixture.network.socket.last('mute').params).toEqual({ track: 'a', muted: true });
    });

    it('replaces the media without a negotiation, but not by another kind', async () => {
      const fixture = await createJoined();
      const track = await publish(fixture, 'video', 'v');
      const other = mediaTrack('video');
      await track.replace(other);
      expect(fixture.peers.all[0]?.transceivers[0]?.sender.track).toBe(other);
      expect(fixture.network.socket.count('offer')).toBe(1);
      await expect(track.replace(mediaTrack('audio'))).rejects.toMatchObject({ code: 'invalidState' });
    });

    it('tells when the device has gone, but not for media that was replaced before', async () => {
      const fixture = await createJoined();
      const track = await publish(fixture, 'video', 'v');
      const [first, second] = [track.mediaTrack, mediaTrack('video')];
      await track.replace(second);
      first.dispatchEvent(new Event('ended'));
      expect(fixture.log).not.toContain('localTrackEnded v');
      second.end();
      expect(fixture.log).toContain('localTrackEnded v');
    });

    it('refuses to publish outside of a room, the same media twice, and where there is no WebRTC', async () => {
      const { client } = createClient();
      await expect(client.publish(mediaTrack('audio'))).rejects.toMatchObject({ code: 'invalidState' });
      const fixture = await createJoined();
      const track = await publish(fixture, 'audio', 'a');
      await expect(fixture.client.publish(track.mediaTrack)).rejects.toMatchObject({ code: 'invalidState' });
      const network = new FakeNetwork();
      const plain = new CrosspointClient({ url: 'ws://host', WebSocket: network.WebSocket });
      const joining = expect(plain.join({ room: 'lobby' })).rejects.toMatchObject({ code: 'left' });
      await expect(plain.publish(mediaTrack('audio'))).rejects.toMatchObject({ code: 'unsupported' });
      network.socket.open();
      expect(network.socket.last('join').params, 'it could not answer offers').toMatchObject({ subscribe: 'manual' });
      await plain.leave();
      await joining;
    });

    it('ends a track that the server has ended', async () => {
      const fixture = await createJoined();
      const track = await publish(fixture, 'audio', 'a');
      fixture.network.socket.event('trackUnpublished', { participant: 'me', track: 'a' });
      await vi.advanceTimersByTimeAsync(500);
      expect(track.live).toBe(false);
      expect(fixture.log.at(-1)).toMatch('localTrackUnpublished');
      expect(fixture.client.localTracks.size).toBe(0);
    });
  });

  describe('receiving', () => {
    const ann = fakeParticipant('ann', [fakeTrack('t1'), fakeTrack('t2')]);

    it('answers an offer and hands over the media of each section', async () => {
      const fixture = await createJoined({ participants: [ann] });
      offerTracks(fixture, { 0: 't1', 1: 't2' });
      await settle();
      expect(fixture.network.socket.last('answer').params).toMatchObject({ connection: 'subscribe', negotiation: 1 });
      expect(fixture.log).toEqual(['trackSubscribed t1', 'trackSubscribed t2']);
      const [first] = fixture.peers.all[0]?.transceivers ?? [];
      expect(fixture.client.findTrack('t1')?.mediaTrack).toBe(first?.receiver.track);
      expect(fixture.peers.all[0]?.configuration.iceServers).toHaveLength(1);
    });

    it('gives a section that changed hands to its new track', async () => {
      const fixture = await createJoined({ participants: [ann] });
      offerTracks(fixture, { 0: 't1' });
      await settle();
      fixture.network.socket.reply('answer', {});
      await settle();
      offerTracks(fixture, { 0: 't2' }, 2);
      await settle();
      expect(fixture.log).toEqual(['trackSubscribed t1', 'trackUnsubscribed t1', 'trackSubscribed t2']);
    });

    it('takes the media away when the section is idle', async () => {
      const fixture = await createJoined({ participants: [ann] });
      offerTracks(fixture, { 0: 't1' });
      await settle();
      fixture.network.socket.reply('answer', {});
      await settle();
      offerTracks(fixture, { 0: '' }, 2);
      await settle();
      expect(fixture.client.findTrack('t1')?.mediaTrack).toBeUndefined();
      expect(fixture.log.at(-1)).toBe('trackUnsubscribed t1');
    });

    it('answers in order, and of offers that pile up only the newest', async () => {
      const fixture = await createJoined({ participants: [ann] });
      offerTracks(fixture, { 0: 't1' }, 1);
      offerTracks(fixture, { 0: 't1', 1: 't2' }, 2);
      offerTracks(fixture, { 0: 't1', 1: 't2', 2: '' }, 3);
      await settle();
      fixture.network.socket.reply('answer', {});
      await settle();
      const negotiations = fixture.network.socket.requests
        .filter(({ method }) => method === 'answer')
        .map(({ params }) => params.negotiation);
      expect(negotiations).toEqual([1, 3]);
    });

    it('repeats an answer that a cut left in doubt', async () => {
      const fixture = await createJoined({ participants: [ann] });
      offerTracks(fixture, { 0: 't1' });
      await settle();
      fixture.network.socket.break();
      await vi.advanceTimersByTimeAsync(500);
      fixture.network.socket.open();
      fixture.network.socket.acceptJoin({ resumed: true, seq: 1 });
      expect(fixture.network.socket.last('answer').params).toMatchObject({ negotiation: 1 });
    });

    it('hands over media of a track that is announced only afterwards', async () => {
      const fixture = await createJoined({ participants: [fakeParticipant('ann')] });
      offerTracks(fixture, { 0: 't9' });
      await settle();
      fixture.network.socket.event('trackPublished', { participant: 'ann', track: fakeTrack('t9') });
      expect(fixture.log).toEqual(['trackPublished t9', 'trackSubscribed t9']);
    });

    it('does not mind that an answer came too late', async () => {
      const fixture = await createJoined({ participants: [ann] });
      offerTracks(fixture, { 0: 't1' });
      await settle();
      fixture.network.socket.refuse('answer', 'staleNegotiation');
      await settle();
      expect(fixture.network.socket.count('restartIce')).toBe(0);
      expect(fixture.peers.open).toHaveLength(1);
    });

    it('starts over with a fresh connection when the browser cannot take an offer, a few times', async () => {
      const fixture = await createJoined({ participants: [ann] });
      offerTracks(fixture, { 0: 't1' }, 1);
      await settle();
      fixture.network.socket.reply('answer', {});
      const [connection] = fixture.peers.all;
      if (connection) connection.failing = 'setRemote offer';
      offerTracks(fixture, { 0: 't1' }, 2);
      await settle();
      expect(fixture.network.socket.last('restartIce').params).toEqual({ connection: 'subscribe', fresh: true });
      expect(connection?.closed).toBe(true);
      offerTracks(fixture, { 0: 't1' }, 1);
      await settle();
      expect(fixture.peers.open, 'an offer of the forgotten transport is ignored').toHaveLength(0);
      offerTracks(fixture, { 0: 't1' }, 3);
      await settle();
      expect(fixture.peers.open).toHaveLength(1);
    });
  });

  describe('subscriptions', () => {
    const ann = fakeParticipant('ann', [fakeTrack('t1'), fakeTrack('t2')]);

    it('gather while a request is under way, and send only the newest wish of a track', async () => {
      const fixture = await createJoined({ participants: [ann] });
      const { client, network } = fixture;
      const first = client.subscribe('t1', { width: 100.4, height: 0 });
      await settle();
      expect(network.socket.last('subscribe').params).toEqual({ tracks: [{ track: 't1', width: 100, height: 1 }] });
      const later = [200, 300, 400].map((width) => client.subscribe('t1', { width }));
      void client.subscribe('t2', { paused: true });
      await settle();
      expect(network.socket.count('subscribe')).toBe(1);
      network.socket.reply('subscribe', {});
      await first;
      await settle();
      expect(network.socket.last('subscribe').params).toEqual({
        tracks: [
          { track: 't1', width: 400 },
          { track: 't2', paused: true },
        ],
      });
      network.socket.reply('subscribe', {});
      await Promise.all(later);
    });

    it('survive the end of one of their tracks', async () => {
      const { client, network } = await createJoined({ participants: [ann] });
      const wished = Promise.all([client.subscribe('t1', {}), client.subscribe('t2', {})]);
      await settle();
      network.socket.refuse('subscribe', 'trackNotFound', { tracks: ['t1'] });
      await settle();
      expect(network.socket.last('subscribe').params).toEqual({ tracks: [{ track: 't2' }] });
      network.socket.reply('subscribe', {});
      await expect(wished).resolves.toBeDefined();
    });

    it('are repeated after a rejoin, as far as their tracks are still there', async () => {
      const fixture = await createJoined({ participants: [ann] });
      void fixture.client.subscribe('t1', { width: 640 });
      void fixture.client.subscribe('t2', { width: 640 });
      await settle();
      fixture.network.socket.reply('subscribe', {});
      await settle();
      await rejoin(fixture, { participants: [fakeParticipant('ann', [fakeTrack('t1')])] });
      expect(fixture.network.socket.last('subscribe').params).toEqual({ tracks: [{ track: 't1', width: 640 }] });
    });

    it('tell what became of them', async () => {
      const { client, network } = await createJoined({ participants: [ann] });
      const changed = vi.fn();
      client.on('subscriptionChanged', changed);
      const layer = { spatial: 1, temporal: 2 };
      network.socket.event('subscription', { track: 't1', participant: 'ann', state: 'active', layer });
      expect(client.findTrack('t1')?.subscription).toEqual({ state: 'active', layer });
      expect(changed).toHaveBeenCalledWith(client.findTrack('t1'));
    });

    it('cannot be made to tracks that are not there', async () => {
      const { client } = await createJoined();
      await expect(client.subscribe('nope')).rejects.toMatchObject({ code: 'trackNotFound' });
    });
  });

  describe('when the media path breaks', () => {
    const ann = fakeParticipant('ann', [fakeTrack('t1')]);

    async function createCall() {
      const fixture = await createJoined({ participants: [ann] });
      const track = await publish(fixture, 'audio', 'a');
      offerTracks(fixture, { 0: 't1' });
      await settle();
      fixture.network.socket.reply('answer', {});
      await settle();
      const [publishing, receiving] = fixture.peers.all;
      if (!publishing || !receiving) throw new Error('no connections');
      for (const connection of [publishing, receiving]) connection.setIceState('connected');
      fixture.log.length = 0;
      return { ...fixture, fixture, track, publishing, receiving };
    }

    it('publishes again on a new connection when told to renegotiate, with the same track objects', async () => {
      const { fixture, network, track, publishing, receiving, peers, log } = await createCall();
      network.socket.event('trackUnpublished', { participant: 'me', track: 'a' });
      network.socket.event('renegotiate', { connections: ['publish', 'subscribe'] });
      await settle();
      expect([publishing.closed, receiving.closed]).toEqual([true, true]);
      expect(log).toEqual(['trackUnsubscribed t1']);
      answerOffer(fixture, ['a2']);
      await vi.advanceTimersByTimeAsync(1000);
      expect(track).toMatchObject({ id: 'a2', live: true });
      offerTracks(fixture, { 0: 't1' }, 2);
      await settle();
      expect(peers.open).toHaveLength(2);
      expect(log).toEqual(['trackUnsubscribed t1', 'localTrackPublished a2', 'trackSubscribed t1']);
    });

    it('publishes again after a rejoin, muted as before', async () => {
      const { fixture, network, track, publishing } = await createCall();
      void track.mute();
      await settle();
      await rejoin(fixture, { participants: [ann] });
      expect(publishing.closed).toBe(true);
      expect(network.socket.last('offer').params).toMatchObject({ tracks: [{ source: 'microphone', muted: true }] });
      answerOffer(fixture, ['a2']);
      await settle();
      expect(track.id).toBe('a2');
    });

    it('leaves both connections alone at a resume, and gives them fresh ICE servers', async () => {
      const { network, publishing, receiving } = await createCall();
      network.socket.break();
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      network.socket.acceptJoin({ resumed: true, seq: 1, iceServers: [{ urls: ['stun:new'] }] });
      await settle();
      expect(publishing.closed || receiving.closed).toBe(false);
      expect(publishing.configuration.iceServers).toEqual([{ urls: ['stun:new'] }]);
      expect(network.socket.count('offer') + network.socket.count('restartIce')).toBe(0);
    });

    it('restarts ICE after two seconds of disconnection, at once after a failure', async () => {
      const { network, publishing, receiving } = await createCall();
      publishing.setIceState('disconnected');
      await vi.advanceTimersByTimeAsync(1999);
      expect(network.socket.count('offer')).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(network.socket.last('offer').params.sdp).toContain('a=ice-ufrag:c2');
      receiving.setIceState('failed');
      await vi.advanceTimersByTimeAsync(0);
      expect(network.socket.last('restartIce').params).toEqual({ connection: 'subscribe', fresh: false });
    });

    it('does not restart what has recovered by itself', async () => {
      const { network, publishing } = await createCall();
      publishing.setIceState('disconnected');
      await vi.advanceTimersByTimeAsync(1500);
      publishing.setIceState('connected');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(network.socket.count('offer')).toBe(1);
    });

    it('makes new connections when restarts do not help', async () => {
      const { network, publishing, receiving } = await createCall();
      // The server lives, only the path does not.
      const answering = setInterval(() => network.socket.receive({ id: -1, result: {} }), 1000);
      receiving.setIceState('failed');
      await vi.advanceTimersByTimeAsync(60_000);
      const restarts = network.socket.requests.filter(({ method }) => method === 'restartIce');
      expect(restarts.map(({ params }) => params.fresh)).toEqual([false, false, true]);
      expect(receiving.closed).toBe(true);
      expect(publishing.closed).toBe(false);
      clearInterval(answering);
    });

    it('waits for the server before it asks for a restart', async () => {
      const { network, receiving } = await createCall();
      network.socket.break();
      receiving.setIceState('failed');
      await vi.advanceTimersByTimeAsync(500);
      network.socket.open();
      expect(network.socket.count('restartIce')).toBe(0);
      network.socket.acceptJoin({ resumed: true, seq: 1 });
      await settle();
      expect(network.socket.count('restartIce')).toBe(1);
    });

    it('tells the state of each connection once per change', async () => {
      const { fixture, publishing } = await createCall();
      const states: string[] = [];
      fixture.client.on('mediaStateChanged', (connection, state) => states.push(`${connection} ${state}`));
      for (const state of ['connecting', 'connected', 'disconnected', 'connected', 'failed', 'closed'] as const) {
        publishing.setConnectionState(state);
      }
      expect(states).toEqual(
        ['connecting', 'connected', 'connecting', 'connected', 'failed'].map((s) => `publish ${s}`),
      );
    });
  });

  describe('messages and relay', () => {
    it('puts the body last, so that the server need not write it anew', async () => {
      const { client, network } = await createJoined();
      void client.sendMessage({ body: { text: 'hi' }, to: 'ann', type: 'chat' });
      expect(JSON.stringify(network.socket.last('message').params)).toBe(
        '{"to":"ann","type":"chat","body":{"text":"hi"}}',
      );
    });

    it('refuses at once what exceeds the announced frame size', async () => {
      const { client, network } = await createJoined();
      await expect(client.sendMessage({ body: 'x'.repeat(300_000) })).rejects.toMatchObject({
        code: 'messageTooLarge',
      });
      expect(network.socket.count('message')).toBe(0);
    });

    it('tells messages with sender and whether they are for oneself alone', async () => {
      const { client, network } = await createJoined();
      const received = vi.fn();
      client.on('messageReceived', received);
      network.socket.event('message', { from: 'ann', to: 'me', type: 'chat', at: 5, body: 'psst' });
      expect(received).toHaveBeenCalledWith({ from: 'ann', direct: true, type: 'chat', at: 5, body: 'psst' });
    });

    it('relays descriptions and candidates both ways', async () => {
      const { client, network } = await createJoined();
      const received: unknown[] = [];
      client.on('offerReceived', (offer) => received.push(offer));
      client.on('answerReceived', (answer) => received.push(answer));
      client.on('candidateReceived', (candidate) => received.push(candidate));
      network.socket.event('offer', { from: 'ann', sdp: 'o' });
      network.socket.event('answer', { from: 'ann', sdp: 'a' });
      network.socket.event('candidate', { from: 'ann', candidate: { candidate: 'c' } });
      expect(received).toEqual([
        { from: 'ann', sdp: 'o' },
        { from: 'ann', sdp: 'a' },
        { from: 'ann', candidate: { candidate: 'c' } },
      ]);
      void client.sendOffer('ann', 'o');
      void client.sendAnswer('ann', 'a');
      void client.sendCandidate('ann', { sdpMid: '0' });
      expect(network.socket.last('candidate').params).toEqual({ to: 'ann', candidate: { candidate: '', sdpMid: '0' } });
      expect(network.socket.last('offer').params).toEqual({ to: 'ann', sdp: 'o' });
    });
  });
});
