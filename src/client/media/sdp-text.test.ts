import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordedFrames } from '../../protocol/docs/first-call.ts';
import { acceptStereo, midsOf, userFragmentOf, writeOpusParameters } from './sdp-text.ts';

const recording = new URL('../../protocol/docs/first-call.json', import.meta.url);
const frames = recordedFrames.parse(JSON.parse(readFileSync(recording, 'utf8')));
/** What Chromium offered in a real call: section 0 is audio, 1 is video. */
const offer: string = JSON.parse(frames.find(({ text }) => text.includes('"method":"offer"'))?.text ?? '').params.sdp;

const opus = (sdp: string) => /a=fmtp:111 (.*)\r/.exec(sdp)?.[1]?.split(';').toSorted();

describe('writeOpusParameters', () => {
  it('adds what is wanted to the parameters of a real offer, and changes nothing else', () => {
    const sdp = writeOpusParameters(offer, new Map([['0', { dtx: true, stereo: true }]]));
    expect(opus(sdp)).toEqual(['minptime=10', 'sprop-stereo=1', 'stereo=1', 'usedtx=1', 'useinbandfec=1']);
    const others = (text: string) => text.split('\r\n').filter((line) => !line.startsWith('a=fmtp:111'));
    expect(others(sdp)).toEqual(others(offer));
  });

  it('may be applied twice', () => {
    const wanted = new Map([['0', { dtx: true, stereo: false }]]);
    const once = writeOpusParameters(offer, wanted);
    expect(writeOpusParameters(once, wanted)).toBe(once);
  });

  it('leaves sections alone that are not named or have no Opus', () => {
    const wanted = new Map([['1', { dtx: true, stereo: true }]]);
    expect(writeOpusParameters(offer, wanted)).toBe(offer);
  });

  it('adds the line where a client writes none', () => {
    const sdp = 'v=0\r\nm=audio 9 X 96\r\na=mid:a\r\na=rtpmap:96 OPUS/48000/2\r\na=sendonly\r\n';
    expect(writeOpusParameters(sdp, new Map([['a', { dtx: false, stereo: false }]]))).toBe(
      'v=0\r\nm=audio 9 X 96\r\na=mid:a\r\na=rtpmap:96 OPUS/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=sendonly\r\n',
    );
  });
});

describe('acceptStereo', () => {
  const section = (mid: string, fmtp: string) =>
    `m=audio 9 X 96\r\na=mid:${mid}\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 ${fmtp}\r\n`;

  it('asks for two channels where the server offers them, and only there', () => {
    const offered = `v=0\r\n${section('0', 'minptime=10')}${section('1', 'sprop-stereo=1')}`;
    const answer = `v=0\r\n${section('0', 'minptime=10')}${section('1', 'minptime=10')}`;
    expect(acceptStereo(answer, offered)).toBe(
      `v=0\r\n${section('0', 'minptime=10')}${section('1', 'minptime=10;stereo=1')}`,
    );
  });
});

describe('reading a description', () => {
  it('finds mids in their order and the first user fragment', () => {
    expect(midsOf(offer)).toEqual(['0', '1']);
    expect(userFragmentOf(offer)).toMatch(/^\S{4}$/);
    expect(userFragmentOf('v=0\r\n')).toBeUndefined();
  });
});
