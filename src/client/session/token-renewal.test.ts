import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JoinOptions } from '../options.ts';
import { FakeNetwork } from '../testing/fake-web-socket.ts';
import { Session } from './session.ts';

/** How far the server's clock is ahead. */
const skewMs = 3_600_000;
const now = () => Date.now() + skewMs;
const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Joined with a token of so many milliseconds; the server's time is asked for, and has been told. */
async function createJoined(token: JoinOptions['token'], livesMs: number) {
  const network = new FakeNetwork();
  const session = new Session({ url: 'https://host.example', WebSocket: network.WebSocket });
  const joining = session.open({ room: 'lobby', ...(token !== undefined && { token }) });
  await vi.advanceTimersByTimeAsync(0);
  network.socket.open();
  network.socket.acceptJoin({
    expiresAt: now() + livesMs,
    heartbeat: { intervalMs: 24 * 60 * minute, timeoutMs: 25 * 60 * minute },
  });
  await joining;
  const tellTime = async () => {
    network.socket.reply('ping', { now: now() });
    await vi.advanceTimersByTimeAsync(0);
  };
  if (typeof token === 'function') await tellTime();
  const renewals = () => network.socket.count('refreshToken');
  const accept = async (livesFurtherMs: number) => {
    network.socket.reply('refreshToken', { grants: {}, expiresAt: now() + livesFurtherMs });
    await vi.advanceTimersByTimeAsync(0);
    await tellTime();
  };
  return { network, session, renewals, accept, tellTime };
}

function tokens() {
  const token = vi.fn(async () => `token-${token.mock.calls.length}`);
  return token;
}

describe('the renewal of a token', () => {
  it('comes a minute before the end by the server’s clock, again and again', async () => {
    const { network, renewals, accept } = await createJoined(tokens(), 15 * minute);
    await vi.advanceTimersByTimeAsync(14 * minute - 1);
    expect(renewals()).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(network.socket.last('refreshToken').params).toEqual({ token: 'token-2' });
    await accept(10 * minute);
    await vi.advanceTimersByTimeAsync(9 * minute);
    expect(network.socket.last('refreshToken').params).toEqual({ token: 'token-3' });
    expect(renewals()).toBe(2);
  });

  it('comes half-way where a token lives shortly', async () => {
    const { renewals } = await createJoined(tokens(), 10_000);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(renewals()).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(renewals()).toBe(1);
  });

  it('is tried again until there is no time left, whether the function or the server refuses', async () => {
    const token = vi.fn(async () => 'token');
    const { network, tellTime, renewals } = await createJoined(token, 16_000);
    token.mockRejectedValueOnce(new Error('no network'));
    await vi.advanceTimersByTimeAsync(8_000);
    expect(renewals()).toBe(0);
    await tellTime();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(renewals()).toBe(1);
    for (const waitMs of [2_000, 1_000, 500]) {
      network.socket.refuse('refreshToken', 'unauthorized');
      await vi.advanceTimersByTimeAsync(0);
      await tellTime();
      await vi.advanceTimersByTimeAsync(waitMs);
    }
    expect(renewals()).toBe(4);
    network.socket.refuse('refreshToken', 'unauthorized');
    await vi.advanceTimersByTimeAsync(0);
    await tellTime();
    await vi.advanceTimersByTimeAsync(minute);
    expect(renewals()).toBe(4);
  });

  it('is put off by a token that the application gives meanwhile', async () => {
    const { session, accept, renewals } = await createJoined(tokens(), 10 * minute);
    const refreshed = session.refreshToken('own');
    await accept(30 * minute);
    await refreshed;
    await vi.advanceTimersByTimeAsync(20 * minute);
    expect(renewals()).toBe(1);
  });

  it('is left to the application that gives one token only, and to nobody after leaving', async () => {
    const single = await createJoined('token', minute);
    await vi.advanceTimersByTimeAsync(minute);
    expect(single.renewals()).toBe(0);
    const { session } = await createJoined(tokens(), minute);
    await single.session.leave();
    await session.leave();
    expect(vi.getTimerCount()).toBe(0);
  });
});
