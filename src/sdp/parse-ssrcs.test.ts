import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { parseSsrcs } from './parse-ssrcs.ts';

function streamsOf(...lines: string[]) {
  const [media] = parse(['m=video 9 x 96', ...lines].join('\r\n')).media;
  if (!media) throw new Error('no m-line');
  return parseSsrcs(media);
}

describe('parseSsrcs', () => {
  it('is empty where nothing is announced', () => {
    expect(streamsOf()).toEqual({ ssrcs: [] });
  });

  it('reads a stream with its RTX partner and its canonical name', () => {
    expect(
      streamsOf('a=ssrc-group:FID 11 12', 'a=ssrc:11 cname:{abc}', 'a=ssrc:11 msid:a b', 'a=ssrc:12 cname:{abc}'),
    ).toEqual({
      ssrcs: [{ ssrc: 11, rtxSsrc: 12 }],
      cname: '{abc}',
    });
  });

  it('finds the primary stream when the repair stream is listed first', () => {
    expect(streamsOf('a=ssrc:12 cname:c', 'a=ssrc:11 cname:c', 'a=ssrc-group:FID 11 12').ssrcs).toEqual([
      { ssrc: 11, rtxSsrc: 12 },
    ]);
  });

  it('counts only the first stream of a section without simulcast', () => {
    expect(streamsOf('a=ssrc:1 cname:c', 'a=ssrc:2 cname:c', 'a=ssrc:3 cname:c').ssrcs).toEqual([{ ssrc: 1 }]);
  });

  it('reads simulcast by SSRC group', () => {
    const groups = ['a=ssrc-group:SIM 1 3 5', 'a=ssrc-group:FID 1 2', 'a=ssrc-group:FID 3 4'];
    expect(streamsOf(...groups, 'a=ssrc:1 cname:c').ssrcs).toEqual([
      { ssrc: 1, rtxSsrc: 2 },
      { ssrc: 3, rtxSsrc: 4 },
      { ssrc: 5 },
    ]);
  });

  it('does not take a primary stream for its own or another one’s repair stream', () => {
    expect(streamsOf('a=ssrc-group:SIM 1 2', 'a=ssrc-group:FID 1 2').ssrcs).toEqual([{ ssrc: 1 }, { ssrc: 2 }]);
    expect(streamsOf('a=ssrc-group:FID 1 1', 'a=ssrc:1 cname:c').ssrcs).toEqual([]);
  });

  it('ignores numbers that are no SSRC and names that could break a line', () => {
    expect(streamsOf('a=ssrc:0 cname:c', 'a=ssrc:4294967296 cname:c', 'a=ssrc: cname:c').ssrcs).toEqual([]);
    expect(streamsOf('a=ssrc:7 cname:two words').cname).toBeUndefined();
    expect(streamsOf(`a=ssrc:7 cname:${'c'.repeat(300)}`).cname).toBeUndefined();
  });
});
