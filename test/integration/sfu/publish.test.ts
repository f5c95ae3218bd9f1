import { parse, write } from 'sdp-transform';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PublishedTrack, Sfu, SfuRoom, SfuSession } from '../../../src/sfu/types.ts';
import { fixture, publish, startSfu } from './support.ts';

let sfu: Sfu;
let room: SfuRoom;
let ann: SfuSession;
let published: PublishedTrack[];
let updated: PublishedTrack[];
let unpublished: string[];

beforeAll(async () => {
  sfu = await startSfu({ maxTracksPerParticipant: 6 });
});
afterAll(() => sfu.close());

beforeEach(() => {
  room = sfu.createRoom('room');
  ann = room.createSession({ participantId: 'ann', autoSubscribe: false });
  published = [];
  updated = [];
  unpublished = [];
  room.on('trackPublished', (track) => published.push(track));
  room.on('trackUpdated', (track) => updated.push(track));
  room.on('trackUnpublished', ({ id }) => unpublished.push(id));
});
afterEach(() => room.close());

const directions = (sdp: string) => parse(sdp).media.map(({ direction }) => direction);

describe('a publish offer', () => {
  it.each([
    ['chromium', 'audio/opus', 'video/VP8'],
    ['firefox', 'audio/opus', 'video/VP8'],
    ['aiortc', 'audio/opus', 'video/VP8'],
  ])('of %s gets a microphone and a camera published', async (client, audio, video) => {
    const { sdp, tracks } = await publish(ann, client, 'publish.microphone-camera.only.offer');
    expect(tracks.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(directions(sdp)).toEqual(['recvonly', 'recvonly']);
    expect(published.map(({ source, codec }) => [source, codec])).toEqual([
      ['microphone', audio],
      ['camera', video],
    ]);
    expect(room.tracksOf('ann').map(({ id }) => id)).toEqual(tracks.map(({ track }) => track));
    expect(sfu.counts()).toMatchObject({ routers: 1, transports: 1, producers: 2 });
  });

  it('lets the server begin the DTLS handshake', async () => {
    const { sdp } = await publish(ann, 'chromium', 'publish.microphone.only.offer');
    expect(parse(sdp).media.map(({ setup }) => setup)).toEqual(['active']);
  });

  it.each(['chromium', 'firefox'])('of %s publishes simulcast as one track', async (client) => {
    const { sdp } = await publish(ann, client, 'publish.simulcast.only.offer');
    const camera = published.find(({ kind }) => kind === 'video');
    expect(camera).toMatchObject({ simulcast: true, source: 'camera' });
    expect(parse(sdp).media.some(({ simulcast }) => simulcast?.dir1 === 'recv')).toBe(true);
  });

  it('follows what the client says about a section', async () => {
    const sdp = await fixture('chromium', 'publish.microphone-camera.only.offer');
    const [audio, video] = parse(sdp).media.map(({ mid }) => String(mid));
    await ann.handlePublishOffer({
      sdp,
      tracks: [
        { mid: audio ?? '', source: 'screenAudio', muted: false },
        { mid: video ?? '', source: 'screen', muted: true, metadata: { title: 'Slides' } },
      ],
    });
    expect(published.map(({ source, muted }) => [source, muted])).toEqual([
      ['screenAudio', false],
      ['screen', true],
    ]);
    expect(published[1]?.metadata).toEqual({ title: 'Slides' });
  });

  it('keeps tracks that go on, adds new ones and ends those that were removed', async () => {
    const first = await publish(ann, 'chromium', 'publish.tracks.first.offer');
    const kept = first.tracks.map(({ track }) => track);
    const added = await publish(ann, 'chromium', 'publish.tracks.added.offer');
    expect(added.tracks.map(({ track }) => track)).toEqual(expect.arrayContaining(kept));
    expect(added.tracks.length).toBeGreaterThan(kept.length);
    const removed = await publish(ann, 'chromium', 'publish.tracks.removed.offer');
    expect(removed.tracks.length).toBeLessThan(added.tracks.length);
    expect(unpublished).toHaveLength(added.tracks.length - removed.tracks.length);
    expect(room.tracksOf('ann')).toHaveLength(removed.tracks.length);
  });

  it('says again what changed about a track that goes on', async () => {
    const sdp = await fixture('chromium', 'publish.microphone.only.offer');
    const mid = String(parse(sdp).media[0]?.mid);
    await ann.handlePublishOffer({ sdp, tracks: [{ mid, source: 'microphone', muted: false }] });
    await ann.handlePublishOffer({ sdp, tracks: [{ mid, source: 'microphone', muted: true }] });
    expect(updated).toMatchObject([{ muted: true }]);
    expect(published).toHaveLength(1);
    await ann.handlePublishOffer({ sdp, tracks: [{ mid, source: 'microphone', muted: true }] });
    expect(updated).toHaveLength(1);
  });

  it('refuses sections beyond the number of tracks, and only those', async () => {
    const { media, ...session } = parse(await fixture('chromium', 'publish.microphone.only.offer'));
    const mids = ['0', '1', '2', '3', '4', '5', '6', '7'];
    const sections = mids.flatMap((mid) => media.map((section) => ({ ...section, mid, ssrcs: [], ssrcGroups: [] })));
    const groups = [{ type: 'BUNDLE', mids: mids.join(' ') }];
    const sdp = write({ ...session, groups, media: sections });
    const { tracks, sdp: answer } = await ann.handlePublishOffer({ sdp, tracks: [] });
    expect(tracks.filter(({ track }) => track)).toHaveLength(6);
    expect(tracks.slice(6).map(({ error }) => error)).toEqual(['tooManyTracks', 'tooManyTracks']);
    expect(directions(answer).slice(5)).toEqual(['recvonly', 'inactive', 'inactive']);
  });

  it('answers an ICE restart with new credentials on the same transport', async () => {
    const ufrag = (sdp: string) => parse(sdp).media[0]?.iceUfrag;
    const first = await publish(ann, 'chromium', 'publish.ice-restart.first.offer');
    const restarted = await publish(ann, 'chromium', 'publish.ice-restart.restarted.offer');
    expect(ufrag(restarted.sdp)).not.toBe(ufrag(first.sdp));
    expect(restarted.tracks).toEqual(first.tracks);
    expect(sfu.counts().transports).toBe(1);
  });

  it('from another peer connection replaces the tracks of the one before', async () => {
    const first = await publish(ann, 'chromium', 'publish.microphone-camera.only.offer');
    const second = await publish(ann, 'firefox', 'publish.microphone.only.offer');
    expect(unpublished.sort()).toEqual(first.tracks.map(({ track }) => track).sort());
    expect(room.tracksOf('ann').map(({ id }) => id)).toEqual(second.tracks.map(({ track }) => track));
    expect(sfu.counts()).toMatchObject({ transports: 1, producers: 1 });
  });

  it('that is not SDP changes nothing', async () => {
    await publish(ann, 'chromium', 'publish.microphone.only.offer');
    await expect(ann.handlePublishOffer({ sdp: 'hello', tracks: [] })).rejects.toMatchObject({ code: 'invalidSdp' });
    expect(room.tracksOf('ann')).toHaveLength(1);
    expect(unpublished).toEqual([]);
  });

  it('refuses a section without a common codec and takes the others', async () => {
    const audioOnly = await startSfu({ codecs: ['opus'] });
    try {
      const session = audioOnly.createRoom('audio').createSession({ participantId: 'bea', autoSubscribe: false });
      const { tracks, sdp } = await publish(session, 'firefox', 'publish.microphone-camera.only.offer');
      expect(tracks.map(({ error }) => error)).toEqual([undefined, 'unsupportedCodec']);
      expect(directions(sdp)).toEqual(['recvonly', 'inactive']);
    } finally {
      await audioOnly.close();
    }
  });
});

describe('a published track', () => {
  it('is muted and live again', async () => {
    const { tracks } = await publish(ann, 'chromium', 'publish.microphone.only.offer');
    const id = tracks[0]?.track ?? '';
    await ann.setMuted(id, true);
    await ann.setMuted(id, true);
    await ann.setMuted(id, false);
    expect(updated.map(({ muted }) => muted)).toEqual([true, false]);
  });

  it('ends when it is unpublished, and stays so until the client lists its section again', async () => {
    const { tracks } = await publish(ann, 'chromium', 'publish.microphone.only.offer');
    await ann.unpublish(tracks[0]?.track ?? '');
    expect(unpublished).toEqual([tracks[0]?.track]);
    const silent = await publish(ann, 'chromium', 'publish.microphone.only.offer');
    expect(silent.tracks).toEqual([]);
    expect(directions(silent.sdp)).toEqual(['inactive']);
    const again = await publish(ann, 'chromium', 'publish.microphone.only.offer', [tracks[0]?.mid ?? '']);
    expect(again.tracks).toHaveLength(1);
    expect(again.tracks[0]?.track).not.toBe(tracks[0]?.track);
    expect(sfu.counts().producers).toBe(1);
  });

  it('belongs to its publisher alone', async () => {
    const { tracks } = await publish(ann, 'chromium', 'publish.microphone.only.offer');
    const bea = room.createSession({ participantId: 'bea', autoSubscribe: false });
    await expect(bea.setMuted(tracks[0]?.track ?? '', true)).rejects.toMatchObject({ code: 'trackNotFound' });
    await expect(bea.unpublish(tracks[0]?.track ?? '')).rejects.toMatchObject({ code: 'trackNotFound' });
  });
});

describe('a candidate of a client', () => {
  it('is accepted, as is the end of candidates', () => {
    const line = 'candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host';
    expect(() => ann.handleCandidate('publish', line)).not.toThrow();
    expect(() => ann.handleCandidate('publish', '')).not.toThrow();
  });

  it('is refused when it is none', () => {
    expect(() => ann.handleCandidate('publish', 'nonsense')).toThrow(
      expect.objectContaining({ code: 'invalidCandidate' }),
    );
  });
});
