import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
    queue.setLimits({ maxFrameBytes: 1000, requestsPerSecond: 50, requestBurst: 10 });
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

  it('repeats negotiation with the server after a cut, but not what is relayed to others', async () => {
    const { queue, sent, send, request } = createOpen();
    void request('offer', { connection: 'publish', sdp: 'x', tracks: [] });
    const relayed = expect(request('offer', { to: 'ann', sdp: 'x' })).rejects.toMatchObject({ code: 'connectionLost' });
    queue.disconnect();
    await relayed;
    queue.connect(send);
    queue.openGate();
    expect(sent.map(({ id }) => id)).toEqual([1, 2, 1]);
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
