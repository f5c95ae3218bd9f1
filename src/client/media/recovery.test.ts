import { describe, expect, it, vi } from 'vitest';
import {
  answerOffer,
  createJoined,
  offerTracks,
  publish,
  rejoin,
  settle,
  useFakeTime,
} from '../testing/create-client.ts';
import { fakeParticipant, fakeTrack } from '../testing/fake-web-socket.ts';

useFakeTime();

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
    expect(states).toEqual(['connecting', 'connected', 'connecting', 'connected', 'failed'].map((s) => `publish ${s}`));
  });
});
