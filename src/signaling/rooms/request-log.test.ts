import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { bounds } from '../../protocol/bounds.ts';
import { RequestLog } from './request-log.ts';

const done = (json = '{}') => ({ failed: false, json });
const asker = (closed = false) => ({ peer: { closed }, tell: vi.fn() });
const message = (id: number | string, body = 'hello') => ({
  id,
  text: JSON.stringify({ id, method: 'message', body }),
});

describe('RequestLog', () => {
  it('knows the answer of a request that comes again, also that it failed', () => {
    const log = new RequestLog(10_000);
    expect(log.answerTo(message(1))).toBeUndefined();
    log.keep(message(1), done('{"recipients":1}'));
    log.keep(message(2), { failed: true, json: '{"code":"forbidden"}' });
    expect(log.answerTo(message(1))).toMatchObject(done('{"recipients":1}'));
    expect(log.answerTo(message(2))).toMatchObject({ failed: true, json: '{"code":"forbidden"}' });
  });

  it('tells the number 1 from the text 1', () => {
    const log = new RequestLog(10_000);
    log.keep(message(1), done());
    expect(log.answerTo(message('1'))).toBeUndefined();
  });

  it.each([
    ['method', { id: 1, text: message(1).text.replace('message', 'receipt') }],
    ['length', message(1, 'hello!')],
    ['content', message(1, 'world')],
  ])('refuses an id that comes with another %s, answered or not', (_, other) => {
    const log = new RequestLog(10_000);
    const refused = expect.objectContaining({ code: 'requestIdReused' });
    log.begin(message(1));
    expect(() => log.awaitAnswer(other, asker())).toThrow(refused);
    log.keep(message(1), done());
    expect(() => log.answerTo(other)).toThrow(refused);
    expect(log.answerTo(message(1))).toMatchObject(done());
  });

  it('tells everyone who has asked again of a request that takes its time', () => {
    const log = new RequestLog(10_000);
    const [first, second, gone] = [asker(), asker(), asker(true)];
    expect(log.awaitAnswer(message(1), first)).toBe(false);
    log.begin(message(1));
    expect(log.awaitAnswer(message(1), gone)).toBe(true);
    expect(log.awaitAnswer(message(1), first)).toBe(true);
    expect(log.awaitAnswer(message(1), second)).toBe(true);
    log.keep(message(1), done());
    for (const { tell } of [first, second]) expect(tell).toHaveBeenCalledExactlyOnceWith(done());
    expect(gone.tell).not.toHaveBeenCalled();
    expect(log.pending).toBe(0);
    expect(log.awaitAnswer(message(1), first)).toBe(false);
  });

  it('forgets what was refused unseen, so that it can be tried again', () => {
    const log = new RequestLog(10_000);
    const again = asker();
    log.begin(message(1));
    log.awaitAnswer(message(1), again);
    log.forget(message(1), { failed: true, json: '{"code":"rateLimited"}' });
    expect(again.tell).toHaveBeenCalledTimes(1);
    expect([log.answerTo(message(1)), log.awaitAnswer(message(1), again)]).toEqual([undefined, false]);
  });

  it('keeps as many as a client may have unanswered, the latest', () => {
    const numbers = fc.integer({ min: 1, max: 5 * bounds.unansweredRequests });
    fc.assert(
      fc.property(numbers, (count) => {
        const log = new RequestLog(1_000_000);
        const isKept = (id: number) => log.answerTo(message(id)) !== undefined;
        for (let id = 1; id <= count; id += 1) log.keep(message(id), done());
        const kept = Array.from({ length: count }, (_, index) => index + 1).filter(isKept);
        expect(kept.length).toBe(Math.min(count, bounds.unansweredRequests));
        expect(kept.at(-1)).toBe(count);
      }),
      { numRuns: 200 },
    );
  });

  it('never forgets what is not answered yet', () => {
    const log = new RequestLog(10_000);
    log.begin(message('slow'));
    for (let id = 1; id <= 500; id += 1) log.keep(message(id), done());
    expect(log.awaitAnswer(message('slow'), asker())).toBe(true);
  });

  it('does the same with any ids in any order, as long as none comes twice', () => {
    const ids = fc.uniqueArray(fc.oneof(fc.integer(), fc.string({ minLength: 1, maxLength: 9 })), {
      maxLength: 3 * bounds.unansweredRequests,
    });
    fc.assert(
      fc.property(ids, (all) => {
        const log = new RequestLog(1_000_000);
        for (const id of all) {
          expect(log.answerTo(message(id))).toBeUndefined();
          log.keep(message(id), done(`"${id}"`));
        }
        const answers = all.map((id) => log.answerTo(message(id))?.json);
        const isKept = (index: number) => index >= all.length - bounds.unansweredRequests;
        expect(answers).toEqual(all.map((id, index) => (isKept(index) ? `"${id}"` : undefined)));
      }),
    );
  });

  it('keeps fewer long answers, the latest always among them', () => {
    const log = new RequestLog(10_000);
    const isKept = (id: number) => log.answerTo(message(id)) !== undefined;
    for (let id = 1; id <= 10; id += 1) log.keep(message(id), done('x'.repeat(2_000)));
    expect(isKept(10)).toBe(true);
    expect([1, 2, 3, 4].filter(isKept)).toEqual([]);
    log.keep(message(11), done('x'.repeat(100_000)));
    expect(isKept(11)).toBe(true);
  });
});
