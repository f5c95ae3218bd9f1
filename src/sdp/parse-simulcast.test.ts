import { describe, expect, it } from 'vitest';
import { parseSimulcast } from './parse-simulcast.ts';

const ridsOf = (...lines: string[]) => parseSimulcast(lines).rids.map(({ rid }) => rid);

describe('parseSimulcast', () => {
  it('is empty without simulcast, and for rids that only receive', () => {
    expect(parseSimulcast(['a=mid:0'])).toEqual({ rids: [], ridsAsWritten: [] });
    expect(ridsOf('a=rid:h recv', 'a=simulcast:recv h;l')).toEqual([]);
    expect(ridsOf('a=simulcast:send')).toEqual([]);
  });

  it('takes a list of unknown names as rising', () => {
    expect(ridsOf('a=simulcast:send one;two;three')).toEqual(['one', 'two', 'three']);
    expect(ridsOf('a=simulcast:send 0;1;2')).toEqual(['0', '1', '2']);
  });

  it('puts usual names into rising quality, however they are listed', () => {
    expect(ridsOf('a=simulcast:send h;m;l')).toEqual(['l', 'm', 'h']);
    expect(ridsOf('a=simulcast:send f;h;q')).toEqual(['q', 'h', 'f']);
    expect(ridsOf('a=simulcast:send hi;lo')).toEqual(['lo', 'hi']);
    expect(ridsOf('a=simulcast:send high;low;medium')).toEqual(['low', 'medium', 'high']);
    expect(ridsOf('a=simulcast:send f;h')).toEqual(['h', 'f']);
  });

  it('believes sizes before names, and bitrates before names', () => {
    expect(
      ridsOf(
        'a=rid:l send max-width=1280;max-height=720',
        'a=rid:h send max-width=320;max-height=180',
        'a=simulcast:send l;h',
      ),
    ).toEqual(['h', 'l']);
    expect(ridsOf('a=rid:a send max-br=900000', 'a=rid:b send max-br=150000', 'a=simulcast:send a;b')).toEqual([
      'b',
      'a',
    ]);
  });

  it('does not order by restrictions that only some encodings have, or all alike', () => {
    expect(ridsOf('a=rid:a send max-br=900000', 'a=rid:b send', 'a=simulcast:send a;b')).toEqual(['a', 'b']);
    expect(ridsOf('a=rid:a send max-fs=100', 'a=rid:b send max-fs=100', 'a=simulcast:send a;b')).toEqual(['a', 'b']);
  });

  it('keeps the order in which the client wrote them beside', () => {
    expect(parseSimulcast(['a=simulcast:send h;~m;l'])).toEqual({
      rids: [
        { rid: 'l', paused: false },
        { rid: 'm', paused: true },
        { rid: 'h', paused: false },
      ],
      ridsAsWritten: ['h', 'm', 'l'],
    });
  });

  it('reads the sending list wherever it stands, with hyphens in names, and the first of alternatives', () => {
    expect(ridsOf('a=simulcast:recv x;y send lo-res,alt;hi_res')).toEqual(['lo-res', 'hi_res']);
  });

  it('tells the highest bitrate of an encoding', () => {
    expect(parseSimulcast(['a=rid:a send max-br=150000', 'a=rid:b send', 'a=simulcast:send a;b']).rids[0]).toEqual({
      rid: 'a',
      paused: false,
      maxBitrate: 150_000,
    });
  });

  it('leaves out names that cannot be and repetitions, and refuses too many', () => {
    expect(ridsOf(`a=simulcast:send a;a;b!;${'c'.repeat(17)};d`)).toEqual(['a', 'd']);
    expect(() => ridsOf('a=simulcast:send 1;2;3;4;5')).toThrow(
      expect.objectContaining({ data: { reason: 'tooManyEncodings' } }),
    );
  });
});
