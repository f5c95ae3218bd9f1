import { once } from 'node:events';
import { parse } from 'sdp-transform';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sfu, SfuRoom, SfuSession, SubscriptionState } from '../../../src/sfu/types.ts';
import { answerTo, publish, Subscriber, settled, startSfu } from './support.ts';

let sfu: Sfu;
let room: SfuRoom;
let ann: SfuSession;

beforeAll(async () => {
  sfu = await startSfu();
});
afterAll(() => sfu.close());
beforeEach(() => {
  room = sfu.createRoom('room');
  ann = room.createSession({ participantId: 'ann', autoSubscribe: false });
});
afterEach(() => room.close());

const publishBoth = (session: SfuSession, client = 'chromium') =>
  publish(session, client, 'publish.microphone-camera.only.offer');
const directions = (sdp: string) => parse(sdp).media.map(({ direction }) => direction);
const mids = (sdp: string) => parse(sdp).media.map(({ mid }) => String(mid));
const ssrcs = (sdp: string) => parse(sdp).media.map(({ ssrcs: own }) => own?.[0]?.id);

function statesOf(session: SfuSession): SubscriptionState[] {
  const states: SubscriptionState[] = [];
  session.on('subscriptionChanged', (state) => states.push(state));
  return states;
}

describe('with automatic subscription', () => {
  it('a newcomer is offered all tracks of the room at once', async () => {
    const { tracks } = await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const offer = await bea.offer(0);
    expect(offer.negotiation).toBe(1);
    expect(offer.tracks.map(({ track }) => track)).toEqual(tracks.map(({ track }) => track));
    expect(offer.tracks.map(({ mid }) => mid)).toEqual(mids(offer.sdp));
    expect(offer.tracks.every(({ participant }) => participant === 'ann')).toBe(true);
    expect(directions(offer.sdp)).toEqual(['sendonly', 'sendonly']);
  });

  it('both tracks of one publish offer come in one offer', async () => {
    const bea = new Subscriber(room, 'bea');
    await publishBoth(ann);
    expect((await bea.offer(0)).tracks).toHaveLength(2);
    expect(bea.offers).toHaveLength(1);
  });

  it('nobody is offered tracks of their own', async () => {
    const bea = new Subscriber(room, 'bea');
    await publishBoth(bea.session);
    await publishBoth(ann);
    const offer = await bea.offer(0);
    expect(offer.tracks.map(({ participant }) => participant)).toEqual(['ann', 'ann']);
  });

  it('nobody without anything to receive has a transport', async () => {
    new Subscriber(room, 'bea');
    expect(sfu.counts()).toMatchObject({ sessions: 2, transports: 0, routers: 0 });
  });

  it('groups microphone and camera for synchronisation, and leaves a screen apart', async () => {
    await publishBoth(ann);
    const { sdp } = await new Subscriber(room, 'bea').offer(0);
    const [audio, video] = parse(sdp).media.map(({ msid }) => JSON.stringify(msid).match(/ann[^ "]*/)?.[0]);
    expect(audio).toBe('ann');
    expect(video).toBe('ann');
  });
});

describe('an answer', () => {
  it('starts what it accepts', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const states = statesOf(bea.session);
    await bea.accept(0);
    expect(states.map(({ state }) => state)).toEqual(['active', 'active']);
  });

  it('to an offer that is not the last one is stale', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const { negotiation, sdp } = await bea.accept(0);
    const again = bea.session.handleSubscribeAnswer({ negotiation, sdp: answerTo(sdp) });
    await expect(again).rejects.toMatchObject({ code: 'staleNegotiation' });
  });

  it('without a connection is refused', async () => {
    const bea = new Subscriber(room, 'bea');
    const early = bea.session.handleSubscribeAnswer({ negotiation: 1, sdp: 'v=0' });
    await expect(early).rejects.toMatchObject({ code: 'connectionNotFound' });
  });

  it('that cannot be read leaves the offer open', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const { negotiation } = await bea.offer(0);
    const broken = bea.session.handleSubscribeAnswer({ negotiation, sdp: 'nonsense' });
    await expect(broken).rejects.toMatchObject({ code: 'invalidSdp' });
    await expect(bea.accept(0)).resolves.toMatchObject({ negotiation });
  });

  it('from another peer connection than before is refused', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    await bea.accept(0);
    await publishBoth(room.createSession({ participantId: 'cat', autoSubscribe: false }));
    const other = bea.accept(1, { fingerprint: Array(32).fill('CD').join(':') });
    await expect(other).rejects.toMatchObject({ code: 'invalidSdp' });
  });

  it('that refuses a section ends its consumer, and the track is not offered again', async () => {
    const { tracks } = await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const states = statesOf(bea.session);
    await bea.accept(0, { stop: ['1'] });
    expect(states).toContainEqual({
      track: tracks[1]?.track,
      participant: 'ann',
      state: 'refused',
      error: 'unsupportedCodec',
    });
    const second = await bea.accept(1);
    expect(directions(second.sdp)).toEqual(['sendonly', 'inactive']);
    expect(second.tracks.map(({ track }) => track)).toEqual([tracks[0]?.track]);
    expect((await settled(sfu, { consumers: 1 })).consumers).toBe(1);
  });

  it('without RTX and NACK gets consumers without them, now and from then on', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const codecs = (sdp: string) => parse(sdp).media.flatMap(({ rtp }) => rtp.map(({ codec }) => codec));
    expect(codecs((await bea.accept(0, { simple: true })).sdp)).toContain('rtx');
    const reduced = await bea.accept(1, { simple: true });
    expect(codecs(reduced.sdp)).not.toContain('rtx');
    expect(reduced.tracks).toHaveLength(2);
    await publishBoth(room.createSession({ participantId: 'cat', autoSubscribe: false }));
    expect(codecs((await bea.accept(2, { simple: true })).sdp)).not.toContain('rtx');
    expect(bea.offers).toHaveLength(3);
  });
});

describe('offers', () => {
  it('come one at a time: what changes meanwhile is in the next one', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    await bea.offer(0);
    for (const id of ['cat', 'dan', 'eve']) {
      await publishBoth(room.createSession({ participantId: id, autoSubscribe: false }));
    }
    expect(bea.offers).toHaveLength(1);
    await bea.accept(0);
    const next = await bea.accept(1);
    expect(next.tracks).toHaveLength(8);
    expect(next.negotiation).toBe(2);
    expect(bea.offers).toHaveLength(2);
  });

  it('give a section whose track has ended to the next track of its kind, under the same mid', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const first = await bea.accept(0);
    ann.close();
    const gone = await bea.accept(1);
    expect(directions(gone.sdp)).toEqual(['inactive', 'inactive']);
    await publishBoth(room.createSession({ participantId: 'cat', autoSubscribe: false }));
    const reused = await bea.accept(2);
    expect(mids(reused.sdp)).toEqual(mids(first.sdp));
    expect(directions(reused.sdp)).toEqual(['sendonly', 'sendonly']);
    expect(ssrcs(reused.sdp)).not.toEqual(ssrcs(first.sdp));
    expect(reused.tracks.map(({ participant }) => participant)).toEqual(['cat', 'cat']);
  });

  it('do not grow through an hour of coming and going', async () => {
    const bea = new Subscriber(room, 'bea');
    let offers = 0;
    for (let visit = 0; visit < 20; visit += 1) {
      const guest = room.createSession({ participantId: `guest${visit}`, autoSubscribe: false });
      await publishBoth(guest);
      await bea.accept(offers);
      guest.close();
      expect(mids((await bea.accept(offers + 1)).sdp)).toEqual(['0', '1']);
      offers += 2;
    }
    expect((await settled(sfu, { consumers: 0 })).consumers).toBe(0);
  });

  it('follow new credentials after an ICE restart', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const first = await bea.accept(0);
    await bea.session.restartIce({ connection: 'subscribe', fresh: false });
    const second = await bea.accept(1);
    const ufrag = (sdp: string) => parse(sdp).media[0]?.iceUfrag;
    expect(ufrag(second.sdp)).not.toBe(ufrag(first.sdp));
    expect(ssrcs(second.sdp)).toEqual(ssrcs(first.sdp));
  });

  it('start over for a fresh peer connection, even while one is unanswered', async () => {
    await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    const first = await bea.offer(0);
    await bea.session.restartIce({ connection: 'subscribe', fresh: true });
    const second = await bea.accept(1, { fingerprint: Array(32).fill('CD').join(':') });
    expect(second.negotiation).toBeGreaterThan(first.negotiation);
    expect(second.tracks).toHaveLength(2);
    expect((await settled(sfu, { transports: 2 })).transports).toBe(2);
  });

  it('restart nothing that does not exist', async () => {
    const restart = ann.restartIce({ connection: 'subscribe', fresh: false });
    await expect(restart).rejects.toMatchObject({ code: 'connectionNotFound' });
    const publishing = ann.restartIce({ connection: 'publish', fresh: false });
    await expect(publishing).rejects.toMatchObject({ code: 'connectionNotFound' });
  });
});

describe('wishes', () => {
  it('decide what is received without automatic subscription', async () => {
    const { tracks } = await publishBoth(ann);
    const bea = new Subscriber(room, 'bea', { autoSubscribe: false });
    const camera = tracks[1]?.track ?? '';
    await bea.session.subscribe([{ track: camera, width: 320, height: 180 }]);
    expect((await bea.accept(0)).tracks.map(({ track }) => track)).toEqual([camera]);
    await bea.session.unsubscribe([camera]);
    expect((await bea.accept(1)).tracks).toEqual([]);
  });

  it('for unknown tracks and for one’s own change nothing', async () => {
    const { tracks } = await publishBoth(ann);
    const bea = new Subscriber(room, 'bea', { autoSubscribe: false });
    const wishes = [{ track: tracks[0]?.track ?? '' }, { track: 'tr_nothing' }];
    await expect(bea.session.subscribe(wishes)).rejects.toMatchObject({
      code: 'trackNotFound',
      data: { tracks: ['tr_nothing'] },
    });
    await expect(ann.subscribe([{ track: tracks[0]?.track ?? '' }])).rejects.toMatchObject({ code: 'trackNotFound' });
    expect(bea.offers).toEqual([]);
  });

  it('pause and resume a track without negotiating', async () => {
    const { tracks } = await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    await bea.accept(0);
    const camera = tracks[1]?.track ?? '';
    const paused = once(bea.session, 'subscriptionChanged');
    await bea.session.subscribe([{ track: camera, paused: true }]);
    expect(await paused).toMatchObject([{ track: camera, state: 'paused' }]);
    const resumed = once(bea.session, 'subscriptionChanged');
    await bea.session.subscribe([{ track: camera, paused: false, width: 640, height: 360, priority: 200 }]);
    expect(await resumed).toMatchObject([{ track: camera, state: 'active' }]);
    expect(bea.offers).toHaveLength(1);
  });

  it('unwanted tracks come back when they are wanted again', async () => {
    const { tracks } = await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    await bea.accept(0);
    const camera = tracks[1]?.track ?? '';
    await bea.session.unsubscribe([camera, 'tr_nothing']);
    await bea.accept(1);
    await bea.session.subscribe([{ track: camera }]);
    expect((await bea.accept(2)).tracks.map(({ track }) => track)).toContain(camera);
  });

  it('are told when the publisher mutes', async () => {
    const { tracks } = await publishBoth(ann);
    const bea = new Subscriber(room, 'bea');
    await bea.accept(0);
    const paused = once(bea.session, 'subscriptionChanged');
    await ann.setMuted(tracks[1]?.track ?? '', true);
    expect(await paused).toMatchObject([{ track: tracks[1]?.track, state: 'paused' }]);
  });
});
