import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventEmitter } from '../../client/event-emitter.ts';
import type { ClientEvents, ClientState, Self } from '../../client/index.ts';
import type { CallClient } from './call-client.ts';
import { ServerStop } from './server-stop.ts';

const now = 1_000_000;
const joined: ClientState = { status: 'joined' };

function setUp() {
  const client = Object.assign(new EventEmitter<ClientEvents>(), {
    self: { id: 'one', name: '', metadata: {} } as Self,
  });
  const serverStop = new ServerStop(client as unknown as CallClient);
  return { client, serverStop };
}

beforeEach(() => void vi.useFakeTimers({ now }));
afterEach(() => void vi.useRealTimers());

describe('ServerStop', () => {
  it('follows the clock until the server stops, and forgets a stop that never came', () => {
    const { client, serverStop } = setUp();
    client.emit('drainAnnounced', now + 10_000);
    vi.advanceTimersByTime(4_000);
    expect([serverStop.deadline.at.value, serverStop.deadline.now.value]).toEqual([now + 10_000, now + 4_000]);
    vi.advanceTimersByTime(70_000);
    expect(serverStop.deadline.at.value).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says that the server restarts from its goodbye until the call is back', () => {
    const { client, serverStop } = setUp();
    client.emit('drainAnnounced', now + 10_000);
    client.emit('stateChanged', { status: 'reconnecting', attempt: 1, code: 'serverShutdown' }, joined);
    expect([serverStop.deadline.at.value, serverStop.isRestarting.value]).toEqual([null, true]);
    client.emit('stateChanged', { status: 'reconnecting', attempt: 2, code: 'connectionFailed' }, joined);
    expect(serverStop.isRestarting.value).toBe(true);
    client.emit('stateChanged', joined, joined);
    expect(serverStop.isRestarting.value).toBe(false);
  });

  it('keeps what was announced over a resume and over the door, and drops it with a new session', () => {
    const { client, serverStop } = setUp();
    client.emit('drainAnnounced', now + 10_000);
    client.emit('stateChanged', joined, joined);
    expect(serverStop.deadline.at.value).not.toBeNull();
    client.self = { id: 'two', name: '', metadata: {} };
    client.emit('stateChanged', joined, joined);
    expect(serverStop.deadline.at.value).toBeNull();
  });

  it('stops its timer when it is closed', () => {
    const { client, serverStop } = setUp();
    client.emit('drainAnnounced', now + 10_000);
    serverStop.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
