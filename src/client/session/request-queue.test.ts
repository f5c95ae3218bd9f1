import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bounds } from '../../protocol/bounds.ts';
import type { Method, RequestInput, RequestResult } from '../../protocol/requests.ts';
import { CrosspointClientError } from '../client-error.ts';
import { RequestQueue } from './request-queue.ts';

function createQueue() {
  const queue = new RequestQueue();
  const sent: { id: number; method: string }[] = [];
  const send = (text: string) => void sent.push(JSON.parse(text));
  const request = <M extends Method>(method: M, params: RequestInput<M>, urgent = false) =>
    new Promise<RequestResult<M>>((succeed, fail) => queue.ask(method, params, { urgent, succeed, fail }));
  const answer = (index: number, result: unknown = {}) =>
    queue.settle({ kind: 'result', id: sent[index]?.id ?? -1, result });
  const refuse = (index: number, code: string, data?: unknown) =>
    queue.settle({ kind: 'error', id: sent[index]?.id ?? -1, error: { code, message: code, data } });
  return { queue, sent, send, request, answer, refuse };
}

function createOpen() {
  const fixture = createQueue();
  fixture.queue.connect(fixture.send);
  fixture.queue.openGate();
  return fixture;
}

const announced = (limits = {}, timeoutMs = 25_000) => ({
  limits: { maxFrameBytes: 1000, requestsPerSecond: 1e6, requestBurst: 1e6, ...limits },
  heartbeat: { timeoutMs },
});

describe('RequestQueue', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('keeps requests until the gate opens, except for urgent ones', () => {
    const { queue, sent, send, request } = createQueue();
    void request('message', { body: 1 });
    queue.connect(send);
    void request('join', { room: 'lobby' }, true);
    expect(sent.map(({ method }) => method)).toEqual(['join']);
    queue.openGate();
    expect(sent.map(({ method }) => method)).toEqual(['join', 'message']);
  });

  it('matches replies by id, in whatever order they come', async () => {
    const { request, answer } = createOpen();
    const [first, second] = [request('message', { body: 1 }), request('message', { body: 2 })];
    answer(1, { recipients: 2 });
    answer(0, { recipients: 1 });
    await expect(Promise.all([first, second])).resolves.toMatchObject([{ recipients: 1 }, { recipients: 2 }]);
  });

  it('ignores replies that nobody waits for', () => {
    const { queue, request, answer } = createOpen();
    void request('ping', {});
    answer(0, { now: 1 });
    answer(0, { now: 2 });
    queue.settle({ kind: 'error', id: null, error: { code: 'malformedMessage', message: '' } });
    expect(queue.size).toBe(0);
  });

  it('rejects with code, message and data of the server', async () => {
    const { request, refuse } = createOpen();
    const refused = request('update', { name: 'x' });
    refuse(0, 'invalidParams', { problems: [] });
    await expect(refused).rejects.toMatchObject({
      code: 'invalidParams',
      data: { problems: [] },
      consequence: 'request',
    });
  });

  it('rejects a result that does not match the protocol', async () => {
    const { request, answer } = createOpen();
    const broken = request('message', { body: 1 });
    answer(0, { recipients: 'many' });
    await expect(broken).rejects.toMatchObject({ code: 'invalidReply' });
  });

  it('is bounded', async () => {
    const { request, sent } = createQueue();
    const waiting = Array.from({ length: 256 }, () => request('ping', {}));
    await expect(request('ping', {})).rejects.toMatchObject({ code: 'queueFull' });
    expect(waiting).toHaveLength(256);
    expect(sent).toHaveLength(0);
  });

  it('gives a request up that is not answered in time, but only while it is sent', async () => {
    const { queue, send, request } = createQueue();
    const late = expect(request('update', { name: 'x' })).rejects.toMatchObject({ code: 'requestTimeout' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(queue.size).toBe(1);
    queue.connect(send);
    queue.openGate();
    await vi.advanceTimersByTimeAsync(15_000);
    await late;
    expect(queue.size).toBe(0);
  });

  it('pauses as long as the server asks when it is too fast, then goes on in order', async () => {
    const { sent, request, refuse, answer } = createOpen();
    const first = request('message', { body: 1 });
    refuse(0, 'rateLimited', { retryAfterMs: 2000 });
    const second = request('message', { body: 2 });
    await vi.advanceTimersByTimeAsync(1999);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.map(({ id }) => id)).toEqual([1, 1, 2]);
    answer(1, { recipients: 1 });
    answer(2, { recipients: 1 });
    await expect(Promise.all([first, second])).resolves.toHaveLength(2);
  });

  it('stays within the announced rate by itself', async () => {
    const { queue, sent, request } = createOpen();
    queue.setLimits(announced({ requestsPerSecond: 50, requestBurst: 10 }));
    for (let body = 0; body < 50; body += 1) void request('message', { body }).catch(() => {});
    expect(sent).toHaveLength(8);
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toHaveLength(28);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('tells the application after the fifth refusal in a row', async () => {
    const { sent, request, refuse } = createOpen();
    const refused = expect(request('message', { body: 1 })).rejects.toMatchObject({ code: 'rateLimited' });
    for (let attempt = 0; attempt <= 5; attempt += 1) {
      refuse(attempt, 'rateLimited', { retryAfterMs: 100 });
      await vi.advanceTimersByTimeAsync(100);
    }
    await refused;
    expect(sent).toHaveLength(6);
  });

  it('sends what is unanswered again after a cut, in order and under its id', async () => {
    const { queue, sent, send, request, answer } = createOpen();
    const asked = [
      request('offer', { connection: 'publish', sdp: 'x', tracks: [] }),
      request('offer', { to: 'ann', sdp: 'x' }),
      request('message', { body: 1 }),
    ];
    answer(1);
    queue.disconnect();
    asked.push(request('update', { name: 'x' }));
    queue.connect(send);
    queue.openGate();
    expect(sent.map(({ id }) => id)).toEqual([1, 2, 3, 1, 3, 4]);
    answer(3);
    answer(4, { recipients: 1 });
    answer(5);
    await expect(Promise.all(asked)).resolves.toHaveLength(4);
  });

  it('gives up what was about the connection when that ends', async () => {
    const { queue, sent, send, request } = createOpen();
    const codes = Promise.allSettled([request('ping', {}, true), request('join', { room: 'x' }, true)]);
    queue.disconnect();
    expect(await codes).toMatchObject(Array(2).fill({ status: 'rejected', reason: { code: 'connectionLost' } }));
    queue.connect(send);
    queue.openGate();
    expect(sent).toHaveLength(2);
  });

  it('refreshes the token also before the door, over every connection', () => {
    const { queue, sent, send, request } = createOpen();
    void request('refreshToken', { token: 't' }, true);
    void request('message', { body: 1 });
    queue.disconnect();
    queue.connect(send);
    queue.closeGate();
    expect(sent.map(({ method }) => method)).toEqual(['refreshToken', 'message', 'refreshToken']);
  });

  it('tells what cannot go on in a new session: what meant the old one, and messages that may have been sent', async () => {
    const { queue, sent, send, request } = createOpen();
    const lost = [request('mute', { track: 't', muted: true }), request('message', { body: 'maybe' })];
    void request('message', { body: 'kept', acknowledge: true, id: 'a' });
    void request('receipt', { ordinals: [1] });
    void request('update', { name: 'x' });
    queue.disconnect();
    void request('message', { body: 'unsent' });
    lost.push(request('unpublish', { track: 't' }));
    const outcomes = Promise.allSettled(lost);
    queue.dropForeign();
    const codes = (await outcomes).map((result) => result.status === 'rejected' && result.reason.code);
    expect(codes).toEqual(['sessionLost', 'connectionLost', 'sessionLost']);
    queue.connect(send);
    queue.openGate();
    expect(sent.slice(5).map(({ id }) => id)).toEqual([3, 4, 5, 6]);
  });

  it('keeps no more unanswered than the server remembers', () => {
    const { sent, request, answer } = createOpen();
    for (let body = 0; body < 100; body += 1) void request('message', { body });
    expect(sent).toHaveLength(bounds.unansweredRequests);
    answer(5, { recipients: 1 });
    expect(sent).toHaveLength(bounds.unansweredRequests + 1);
    answer(0, { recipients: 1 });
    expect(sent.map(({ id }) => id)).toEqual(Array.from({ length: sent.length }, (_, index) => index + 1));
  });

  it('waits longer for a reply than the heartbeat takes to find a dead connection', async () => {
    const { queue, request } = createOpen();
    queue.setLimits(announced({}, 60_000));
    const late = expect(request('message', { body: 1 })).rejects.toMatchObject({ code: 'requestTimeout' });
    await vi.advanceTimersByTimeAsync(64_999);
    expect(queue.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await late;
  });

  describe('requests without a reply', () => {
    it('leave at once, without an id', () => {
      const { queue, sent } = createOpen();
      expect(queue.post('message', { body: 1 })).toBe(true);
      expect(sent).toEqual([{ method: 'message', params: { body: 1 } }]);
      expect(queue.size).toBe(0);
    });

    it('are not sent without a connection, beyond the rate or the size, or past what waits', () => {
      const { queue, sent, send, request } = createQueue();
      expect(queue.post('message', { body: 1 })).toBe(false);
      queue.connect(send);
      expect(queue.post('message', { body: 1 })).toBe(false);
      queue.setLimits(announced({ requestBurst: 2.5, requestsPerSecond: 1 }));
      queue.openGate();
      expect(queue.post('message', { body: 'x'.repeat(1_000) })).toBe(false);
      expect([1, 2, 3].map((body) => queue.post('message', { body }))).toEqual([true, true, false]);
      void request('message', { body: 4 });
      expect(queue.post('message', { body: 5 })).toBe(false);
      expect(sent).toHaveLength(2);
    });

    it('leave in spite of all that when they are urgent', () => {
      const { queue, sent, send, request } = createQueue();
      void request('message', { body: 1 });
      queue.connect(send);
      expect(queue.post('leave', {}, { urgent: true })).toBe(true);
      expect(sent).toEqual([{ method: 'leave', params: {} }]);
    });
  });

  it('rejects everything at the end, and leaves no timer', async () => {
    const { queue, request, refuse } = createOpen();
    const all = Promise.allSettled([request('ping', {}), request('message', { body: 1 })]);
    refuse(1, 'rateLimited');
    queue.rejectAll(new CrosspointClientError('left'));
    const codes = (await all).map((result) => result.status === 'rejected' && result.reason.code);
    expect(codes).toEqual(['left', 'left']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
