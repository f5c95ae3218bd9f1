import { describe, expect, it, vi } from 'vitest';
import { createJoined, offerTracks, rejoin, settle, useFakeTime } from '../testing/create-client.ts';
import { fakeParticipant, fakeTrack } from '../testing/fake-web-socket.ts';

useFakeTime();

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
