import { describe, expect, it, vi } from 'vitest';
import { CrosspointClient } from '../crosspoint-client.ts';
import { answerOffer, createClient, createJoined, publish, settle, useFakeTime } from '../testing/create-client.ts';
import { mediaTrack } from '../testing/fake-peer-connection.ts';
import { FakeNetwork } from '../testing/fake-web-socket.ts';

useFakeTime();

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
