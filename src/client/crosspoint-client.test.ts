import { describe, expect, it, vi } from 'vitest';
import { createJoined, rejoin, useFakeTime } from './testing/create-client.ts';
import { fakeParticipant, fakeTrack } from './testing/fake-web-socket.ts';

useFakeTime();

describe('the room as CrosspointClient knows it', () => {
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

  it('keeps what concerns the room as a whole, and who waits for it', async () => {
    const waiting = (id: string) => ({ id, name: id, metadata: {} });
    const room = { name: 'lobby', createdAt: 1, locked: true };
    const { client, network } = await createJoined({ room, waitingParticipants: [waiting('ann')] });
    network.socket.event('roomUpdated', { locked: false, recording: true });
    network.socket.event('participantWaiting', { participant: waiting('ben') });
    expect(client.room).toEqual({ ...room, locked: false, recording: true });
    expect(client.waitingParticipants.map(({ id }) => id)).toEqual(['ann', 'ben']);
    network.socket.event('waitingEnded', { participant: 'ann', outcome: 'left' });
    expect(client.waitingParticipants.map(({ id }) => id)).toEqual(['ben']);
    await client.leave();
    expect([client.room, client.waitingParticipants]).toEqual([undefined, []]);
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

describe('messages and relay of CrosspointClient', () => {
  it('posts a message without an id where its loss does no harm, and not while there is no connection', async () => {
    const { client, network } = await createJoined();
    expect(client.postMessage({ type: 'pointer', body: [1, 2] })).toBe(true);
    const { socket } = network;
    expect(socket.last('message')).toEqual({ method: 'message', params: { type: 'pointer', body: [1, 2] } });
    socket.break();
    expect(client.postMessage({ body: 1 })).toBe(false);
    expect(socket.count('message')).toBe(1);
  });

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
