import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requests } from '../../../src/protocol/requests.ts';
import { SignalingClient } from '../../support/signaling-client.ts';
import { startHub, type TestHub } from '../../support/test-hub.ts';

let server: TestHub;

beforeEach(async () => {
  server = await startHub({ limits: { maxParticipantsPerRoom: 3, maxRooms: 2 } });
});

afterEach(async () => {
  await server.close();
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

  it('tells those who are there, and not the newcomer', async () => {
    const alice = await join('tea', 'Alice');
    const bob = await join('tea', 'Bob');
    const { participant } = await alice.event('participantJoined');
    expect(participant).toEqual(bob.me.participant);
    await bob.request('ping', {});
    expect(bob.events).toEqual([]);
  });
});
