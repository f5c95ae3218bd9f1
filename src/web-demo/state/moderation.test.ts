import { describe, expect, it, vi } from 'vitest';
import { EventEmitter } from '../../client/event-emitter.ts';
import { type ClientEvents, CrosspointClientError } from '../../client/index.ts';
import type { CallClient } from './call-client.ts';
import { Moderation } from './moderation.ts';
import { Notices } from './notices.ts';
import { RoomDoor } from './room-door.ts';

const waiting = (id: string) => ({ id, name: id, metadata: {} });

function setUp(failure?: string) {
  const answer = vi.fn(async () => {
    if (failure) throw new CrosspointClientError(failure);
  });
  const client = Object.assign(new EventEmitter<ClientEvents>(), {
    room: { name: 'tea', createdAt: 1 } as CallClient['room'],
    grants: { moderate: true } as CallClient['grants'],
    waitingParticipants: [waiting('ann'), waiting('ben')],
    participants: new Map([['ann', { trackOf: () => ({ id: 'voice' }) }]]),
    muteOther: answer,
    ban: answer,
    admit: answer,
  });
  const notices = new Notices();
  const moderation = new Moderation(client as unknown as CallClient, notices);
  const door = new RoomDoor(client as unknown as CallClient, notices);
  const told = () => notices.list.value.map(({ text }) => text);
  return { client, answer, moderation, door, told };
}

describe('Moderation', () => {
  it('mutes the track of a source, and nothing where there is none', async () => {
    const { moderation, answer } = setUp();
    await moderation.mute('ann', 'microphone');
    await moderation.mute('nobody', 'microphone');
    expect(answer.mock.calls).toEqual([['ann', 'voice']]);
  });

  it('admits everyone in the order in which they came', async () => {
    const { moderation, answer } = setUp();
    await moderation.admitAll();
    expect(answer.mock.calls).toEqual([['ann'], ['ben']]);
  });

  it('says in plain words why somebody cannot be kept out', async () => {
    const { moderation, told } = setUp('forbidden');
    await moderation.ban('ann');
    expect(told()).toEqual([expect.stringContaining('Remove them instead')]);
  });

  it('says nothing when the person has left meanwhile', async () => {
    const { moderation, told } = setUp('participantNotFound');
    await moderation.admit('ann');
    expect(told()).toEqual([]);
  });
});

describe('RoomDoor', () => {
  it('knows who waits and what one may do once inside', () => {
    const { client, door } = setUp();
    expect([door.canModerate.value, door.waiting.value.length]).toEqual([false, 0]);
    client.emit('stateChanged', { status: 'joined' }, { status: 'connecting' });
    expect([door.canModerate.value, door.waiting.value.length]).toEqual([true, 2]);
    client.waitingParticipants = [];
    client.emit('waitingEnded', 'ann', 'left');
    expect(door.waiting.value).toEqual([]);
  });

  it('holds a person from the first word of the door until it opens, also over a cut', () => {
    const { client, door, told } = setUp();
    client.emit('stateChanged', { status: 'waiting' }, { status: 'connecting' });
    client.emit('stateChanged', { status: 'reconnecting', attempt: 1, code: 'connectionLost' }, { status: 'waiting' });
    expect(door.isHeld.value).toBe(true);
    client.emit('stateChanged', { status: 'joined' }, { status: 'waiting' });
    expect(door.isHeld.value).toBe(false);
    expect(told()).toEqual(['You were let in']);
  });

  it('tells everyone that the room was locked, and that it is being recorded', () => {
    const { client, door, told } = setUp();
    client.room = { name: 'tea', createdAt: 1, locked: true, recording: true };
    client.emit('roomUpdated', { locked: true, recording: true });
    expect(door.room.value?.locked).toBe(true);
    expect(told()).toEqual(['The room is locked', 'This call is being recorded']);
  });
});
