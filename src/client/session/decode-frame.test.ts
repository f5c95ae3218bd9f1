import { describe, expect, it } from 'vitest';
import { pack } from '../../protocol/msgpack/pack.ts';
import { msgpackEncoding } from '../msgpack.ts';
import { decodeFrame, decodePacked } from './decode-frame.ts';

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

  it('gives bytes for the object that stands for them', () => {
    const params = { from: 'p', type: 't', at: 1, body: [{ $binary: 'AAH/' }] };
    const frame = { method: 'message', params, seq: 1 };
    const event = { name: 'message', params: { ...params, body: [Uint8Array.of(0, 1, 255)] } };
    expect(decode(frame)).toEqual({ kind: 'event', seq: 1, event });
    expect(decodePacked(packed(frame), msgpackEncoding)).toEqual({ kind: 'event', seq: 1, event });
  });
});

const packed = (frame: unknown): ArrayBuffer => msgpackEncoding.encode(JSON.stringify(frame)).slice().buffer;

describe('decodePacked', () => {
  it('reads the same frames in another encoding', () => {
    const frames = [
      { id: 1, result: { text: '茶', list: [1, -1, 0.1, null] } },
      { id: null, error: { code: 'roomFull', message: 'x' } },
      { method: 'participantLeft', params: { participant: 'p', reason: 'left' }, seq: 4_000_000_000 },
    ];
    for (const frame of frames) expect(decodePacked(packed(frame), msgpackEncoding)).toEqual(decode(frame));
  });

  it.each(['', 'c1', '01', '81a1', 'ddffffffff'])('takes the bytes %j for nothing', (hex) => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(decodePacked(bytes.buffer, msgpackEncoding)).toBeUndefined();
  });

  it('reads frames that another participant has nested as deeply as they like', () => {
    const body = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    const text = `{"method":"message","params":{"from":"p","type":"t","at":1,"body":[]},"seq":1}`;
    const deep = Buffer.from(msgpackEncoding.encode(text)).toString('latin1');
    const nested = Buffer.from(pack(body)).toString('latin1');
    const bytes = Uint8Array.from(Buffer.from(deep.replace('body\x90', `body${nested}`), 'latin1'));
    expect(bytes.length).toBeGreaterThan(20_000);
    expect(decodePacked(bytes.buffer, msgpackEncoding)).toMatchObject({
      kind: 'event',
      seq: 1,
      event: { name: 'message' },
    });
  });
});
