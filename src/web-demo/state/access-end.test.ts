import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventEmitter } from '../../client/event-emitter.ts';
import type { ClientEvents, ClientState } from '../../client/index.ts';
import { AccessEnd } from './access-end.ts';
import type { CallClient } from './call-client.ts';

const now = 1_000_000;
const minuteMs = 60_000;
const joined: ClientState = { status: 'joined' };

function setUp() {
  const access: { accessExpiresAt: number | undefined } = { accessExpiresAt: undefined };
  const client = Object.assign(new EventEmitter<ClientEvents>(), access);
  // It has all that is used here.
  const accessEnd = new AccessEnd(client as unknown as CallClient);
  const join = (expiresAt?: number) => {
    client.accessExpiresAt = expiresAt;
    client.emit('stateChanged', joined, joined);
  };
  const renew = (expiresAt: number) => {
    client.accessExpiresAt = expiresAt;
    client.emit('accessRenewed');
  };
  return { accessEnd, deadline: accessEnd.deadline, join, renew };
}

beforeEach(() => void vi.useFakeTimers({ now }));
afterEach(() => void vi.useRealTimers());

describe('AccessEnd', () => {
  it('is announced five minutes before, and followed until it has come', () => {
    const { deadline, join } = setUp();
    const end = now + 60 * minuteMs;
    join(end);
    vi.advanceTimersByTime(55 * minuteMs - 1);
    expect(deadline.at.value).toBeNull();
    vi.advanceTimersByTime(1 + minuteMs);
    expect([deadline.at.value, deadline.now.value]).toEqual([end, end - 4 * minuteMs]);
    vi.advanceTimersByTime(5 * minuteMs);
    expect(deadline.at.value).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is announced at once to who comes late, and put off by a newer token', () => {
    const { deadline, join, renew } = setUp();
    join(now + minuteMs);
    expect(deadline.at.value).toBe(now + minuteMs);
    renew(now + 20 * minuteMs);
    expect(deadline.at.value).toBeNull();
    vi.advanceTimersByTime(15 * minuteMs);
    expect(deadline.at.value).toBe(now + 20 * minuteMs);
  });

  it('never comes without a token, and waits for one that lives longer than a timer can', () => {
    const { deadline, join } = setUp();
    join();
    expect(vi.getTimerCount()).toBe(0);
    join(now + 2 ** 32);
    vi.advanceTimersByTime(2 ** 32 - 5 * minuteMs);
    expect(deadline.at.value).toBe(now + 2 ** 32);
  });

  it('stops its timers when it is closed', () => {
    const { accessEnd, join } = setUp();
    for (const lifeMs of [minuteMs, 60 * minuteMs]) join(now + lifeMs);
    accessEnd.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
