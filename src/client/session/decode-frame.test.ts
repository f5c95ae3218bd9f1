import { describe, expect, it } from 'vitest';
import { decodeFrame } from './decode-frame.ts';

const decode = (frame: unknown) => decodeFrame(JSON.stringify(frame));

describe('decodeFrame', () => {
  it('tells replies, errors and events apart by their keys', () => {
    expect(decode({ id: 1, result: {} })).toEqual({ kind: 'result', id: 1, result: {} });
    const error = { code: 'roomFull', message: 'x' };
    expect(decode({ id: null, error })).toEqual({ kind: 'error', id: null, error });
    const params = { participant: 'p', reason: 'left' };
    expect(decode({ method: 'participantLeft', params, seq: 3 })).toEqual({
      kind: 'event',
      seq: 3,
      event: { name: 'participantLeft', params },
    });
  });

  it('drops fields that it does not know', () => {
    const params = { participant: 'p', track: 't', muted: true };
    expect(decode({ method: 'trackUpdated', params: { ...params, hue: 7 }, seq: 1, trace: 'x' })).toEqual({
      kind: 'event',
      seq: 1,
      event: { name: 'trackUpdated', params },
    });
  });

  it.each([
    ['an event of a newer server', { method: 'somethingNew', params: {}, seq: 5 }],
    ['a value of a newer server', { method: 'participantLeft', params: { participant: 'p', reason: 'new' }, seq: 5 }],
    ['a name that every object has', { method: 'toString', params: {}, seq: 5 }],
  ])('counts %s without telling it', (_, frame) => {
    expect(decode(frame)).toEqual({ kind: 'event', seq: 5, event: undefined });
  });

  it.each([
    '',
    'x',
    'null',
    '7',
    '"text"',
    '[]',
    '{}',
    '{"id":1.5,"result":1}',
    '{"error":{},"id":1}',
    '{"method":"x"}',
  ])('takes %j for nothing', (text) => {
    expect(decodeFrame(text)).toBeUndefined();
  });
});
