import fc from 'fast-check';
import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { consumerOf, fakeTransport, routerCapabilities } from '../../test/support/sdp-peers/router.ts';
import { parseClientDescription } from './parse-client-description.ts';
import type { SubscribeSection } from './types.ts';
import { writeSubscribeOffer } from './write-subscribe-offer.ts';

const router = routerCapabilities();

function section(mid: string, mimeType: string, change: Partial<SubscribeSection> = {}): SubscribeSection {
  const rtpParameters = consumerOf(mimeType, mid, router);
  const kind = mimeType.startsWith('audio/') ? 'audio' : 'video';
  return {
    mid,
    kind,
    rtpParameters,
    lastRtpParameters: rtpParameters,
    streamId: 'ada',
    trackId: `track-${mid}`,
    ...change,
  };
}

/** As when its consumer has gone. */
function unused(used: SubscribeSection): SubscribeSection {
  const { rtpParameters: _, ...rest } = used;
  return rest;
}

const offer = (...sections: SubscribeSection[]) =>
  writeSubscribeOffer({ transport: fakeTransport, sessionId: '12', sessionVersion: 3, sections });

/** Reads an offer as a client would, which is not ICE-lite itself. */
const readBack = (sdp: string) => parseClientDescription(sdp.replace('a=ice-lite\r\n', ''), 'offer');

describe('writeSubscribeOffer', () => {
  const sdp = offer(section('0', 'audio/opus'), section('1', 'video/VP8'));
  const [, audio = '', video = ''] = sdp.split(/^(?=m=)/m);

  it('begins with an ICE-lite session and the bundle of all', () => {
    expect(sdp).toMatch(/^v=0\r\no=- 12 3 IN IP4 127\.0\.0\.1\r\n/);
    expect(sdp).toContain('a=ice-lite\r\n');
    expect(sdp).toContain('a=group:BUNDLE 0 1\r\n');
  });

  it('offers what the consumer sends: its payload types, its mid, its ids', () => {
    const consumer = consumerOf('video/VP8', '1', router);
    const [media] = parse(video).media;
    expect(media).toMatchObject({
      type: 'video',
      port: 9,
      protocol: 'UDP/TLS/RTP/SAVPF',
      direction: 'sendonly',
      mid: 1,
    });
    expect(String(media?.payloads)).toBe(consumer.codecs.map(({ payloadType }) => payloadType).join(' '));
    expect(media?.ext?.map(({ value, uri }) => ({ id: value, uri }))).toEqual(
      consumer.headerExtensions?.map(({ id, uri }) => ({ id, uri })),
    );
    expect(media?.rtcpFb?.map(({ type, subtype = '' }) => `${type} ${subtype}`.trim())).toEqual(
      expect.arrayContaining(['nack', 'nack pli', 'ccm fir', 'transport-cc']),
    );
  });

  it('names the streams, their repair streams and the track', () => {
    expect(video).toMatch(/^a=msid:ada track-1\r$/m);
    const [, primary, rtx] = /^a=ssrc-group:FID (\d+) (\d+)\r$/m.exec(video) ?? [];
    expect(video).toContain(`a=ssrc:${primary} cname:publisher\r\n`);
    expect(video).toContain(`a=ssrc:${rtx} cname:publisher\r\n`);
    expect(audio).not.toContain('a=ssrc-group');
  });

  it('writes the transport into every section, open about the DTLS role and with the candidates', () => {
    for (const text of [audio, video]) {
      expect(text).toContain('a=setup:actpass\r\n');
      expect(text).toContain('a=ice-ufrag:serverufrag00000\r\n');
      expect(text).toContain('a=rtcp-mux\r\n');
      expect(text.match(/^a=candidate:/gm)).toHaveLength(2);
    }
    expect(sdp).not.toContain('end-of-candidates');
  });

  it.each(['audio/opus', 'video/VP8', 'video/VP9', 'video/H264', 'video/AV1'])(
    'offers %s so that it reads back',
    (mimeType) => {
      const offered = section('7', mimeType);
      const [read] = readBack(offer(offered)).sections;
      expect(
        read?.codecs.map(({ mimeType: name, payloadType, parameters }) => ({ name, payloadType, parameters })),
      ).toEqual(
        offered.lastRtpParameters.codecs.map(({ mimeType: name, payloadType, parameters }) => ({
          name,
          payloadType,
          parameters,
        })),
      );
      expect(read?.direction).toBe('sendonly');
    },
  );

  it('keeps an unused section inactive in its place, with the codecs it had and no streams', () => {
    const before = readBack(sdp).sections;
    const text = offer(section('0', 'audio/opus'), unused(section('1', 'video/VP8')));
    const after = readBack(text).sections;
    expect(after[1]).toMatchObject({ mid: '1', direction: 'inactive', stopped: false, bundled: true, ssrcs: [] });
    expect(after[1]?.codecs).toEqual(before[1]?.codecs);
    expect(after[1]?.headerExtensions).toEqual(before[1]?.headerExtensions);
    expect(text.split(/^(?=m=)/m)[2]).not.toMatch(/^a=(msid|ssrc)/m);
  });

  it('writes no publisher’s words that could end a line or a word', () => {
    const hostile = section('0', 'audio/opus', { streamId: 'a b\r\na=inactive', trackId: '' });
    const rtp = hostile.lastRtpParameters;
    const [codec] = rtp.codecs;
    if (!codec) throw new Error('no codec');
    const parameters = { stereo: '1\r\nm=video 9 x 1', 'sprop-maxcapturerate': 1 };
    hostile.rtpParameters = { ...rtp, codecs: [{ ...codec, parameters }], rtcp: { cname: 'x\r\na=sendrecv y' } };
    const text = offer(hostile);
    expect(text).toContain('a=msid:a_b__a=inactive -\r\n');
    expect(text).toContain(' cname:x__a=sendrecv_y\r\n');
    expect(text).not.toContain('a=fmtp');
    expect(readBack(text).sections).toHaveLength(1);
  });

  it('uses the stream id where a consumer has no canonical name', () => {
    const plain = section('0', 'audio/opus');
    plain.rtpParameters = { ...plain.lastRtpParameters, rtcp: {} };
    expect(offer(plain)).toMatch(/^a=ssrc:\d+ cname:ada\r$/m);
  });

  it('reads back section by section, whatever comes and goes', () => {
    const mimeTypes = fc.constantFrom('audio/opus', 'video/VP8', 'video/VP9', 'video/H264', 'video/AV1');
    fc.assert(
      fc.property(
        fc.array(fc.record({ mimeType: mimeTypes, used: fc.boolean() }), { minLength: 1, maxLength: 12 }),
        (tracks) => {
          const sections = tracks.map(({ mimeType, used }, index) => {
            const full = section(String(index), mimeType);
            return used ? full : unused(full);
          });
          const { bundle, ice, dtls, sections: read } = readBack(offer(...sections));
          expect(bundle).toEqual(sections.map(({ mid }) => mid));
          expect(ice).toEqual(fakeTransport.iceParameters);
          expect(dtls.fingerprints).toEqual(fakeTransport.dtlsParameters.fingerprints);
          for (const [index, { mimeType, used }] of tracks.entries()) {
            expect(read[index]?.direction).toBe(used ? 'sendonly' : 'inactive');
            expect(read[index]?.codecs[0]?.mimeType).toBe(mimeType);
            const ssrc = sections[index]?.rtpParameters?.encodings?.[0]?.ssrc;
            expect(read[index]?.ssrcs[0]?.ssrc).toBe(ssrc);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
