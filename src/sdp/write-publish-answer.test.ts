import fc from 'fast-check';
import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { sdpFixture, sdpFixtures } from '../../test/support/sdp-fixtures.ts';
import { fakeTransport, routerCapabilities } from '../../test/support/sdp-peers/router.ts';
import { parseClientDescription } from './parse-client-description.ts';
import { type SendingOptions, sendingRtpParameters } from './sending-rtp-parameters.ts';
import type { ClientDescription, RtpParameters } from './types.ts';
import { type PublishAnswer, writePublishAnswer } from './write-publish-answer.ts';

const router = routerCapabilities();
const audioOnly = routerCapabilities(['audio/opus']);

interface AnswerOptions extends Partial<PublishAnswer> {
  capabilities?: typeof router;
  sending?: SendingOptions;
}

function answerTo(offer: ClientDescription, { capabilities = router, sending, ...rest }: AnswerOptions = {}): string {
  const sections = new Map<string, RtpParameters>();
  for (const section of offer.sections.filter(({ live }) => live)) {
    const parameters = sendingRtpParameters(section, capabilities, sending);
    if (parameters) sections.set(section.mid, parameters);
  }
  return writePublishAnswer({ offer, transport: fakeTransport, sessionVersion: 1, sections, ...rest });
}

const offerOf = (name: string) => parseClientDescription(sdpFixture(`${name}.offer`), 'offer');

/** Each m-section as its lines. */
function sectionsOf(sdp: string): string[][] {
  return sdp
    .split(/^(?=m=)/m)
    .slice(1)
    .map((section) => section.trimEnd().split('\r\n'));
}

const offers = sdpFixtures().filter(({ kind }) => kind === 'offer');

describe.each([
  ['a room with every codec', router],
  ['a room without video', audioOnly],
])('writePublishAnswer in %s', (_name, capabilities) => {
  it.each(offers)('answers every m-line of $name in order', ({ sdp }) => {
    const offer = parseClientDescription(sdp, 'offer');
    const answer = answerTo(offer, { capabilities, startBitrateKbps: 1500 });
    const { media, groups } = parse(answer);
    expect(media.map(({ type, protocol }) => ({ type, protocol }))).toEqual(
      parse(sdp).media.map(({ type, protocol }) => ({ type, protocol })),
    );
    expect(media.map(({ mid }) => String(mid))).toEqual(offer.sections.map(({ mid }) => mid));
    expect(groups ? String(groups[0]?.mids).split(' ') : []).toEqual(offer.bundle);
    for (const section of offer.sections.filter(({ stopped }) => stopped)) expect(media[section.index]?.port).toBe(0);
  });

  it.each(offers)('repeats the transport in every m-line of $name, refused ones too', ({ sdp }) => {
    for (const lines of sectionsOf(answerTo(parseClientDescription(sdp, 'offer'), { capabilities }))) {
      const text = lines.join('\n');
      expect(text).toMatch(/^a=ice-ufrag:serverufrag00000$/m);
      expect(text).toMatch(/^a=ice-pwd:serverpassword/m);
      expect(text).toMatch(/^a=fingerprint:sha-256 [0-9A-F]{2}(:[0-9A-F]{2}){31}$/m);
      expect(text).toMatch(/^a=setup:(active|passive)$/m);
      expect(text).toMatch(/^c=IN IP4 0\.0\.0\.0$/m);
      expect(text).toMatch(/^a=mid:/m);
      expect(text).toMatch(/^m=application|^a=(recvonly|inactive)$/m);
    }
  });

  it.each(offers)('writes nothing for $name that it cannot read back', ({ sdp }) => {
    const offer = parseClientDescription(sdp, 'offer');
    const answer = parseClientDescription(answerTo(offer, { capabilities }).replace('a=ice-lite\r\n', ''), 'answer');
    expect(answer.sections.map(({ mid, stopped }) => ({ mid, stopped }))).toEqual(
      offer.sections.map(({ mid, kind, stopped }) => ({
        mid,
        stopped: stopped || (kind === 'application' && mid !== offer.bundle[0]),
      })),
    );
  });
});

describe('writePublishAnswer', () => {
  it('accepts a section with the chosen codec, its RTX, the common feedback and the client’s ids', () => {
    const [, video] = sectionsOf(
      answerTo(offerOf('firefox/publish.microphone-camera.only'), { startBitrateKbps: 1500 }),
    );
    expect(video).toEqual([
      'm=video 9 UDP/TLS/RTP/SAVPF 120 124',
      'c=IN IP4 0.0.0.0',
      'a=rtpmap:120 VP8/90000',
      'a=rtpmap:124 rtx/90000',
      'a=fmtp:120 max-fs=12288;max-fr=60;x-google-start-bitrate=1500',
      'a=fmtp:124 apt=120',
      'a=rtcp-fb:120 nack',
      'a=rtcp-fb:120 nack pli',
      'a=rtcp-fb:120 ccm fir',
      'a=rtcp-fb:120 transport-cc',
      'a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid',
      'a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
      'a=extmap:5 urn:ietf:params:rtp-hdrext:toffset',
      'a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
      'a=setup:active',
      'a=mid:1',
      'a=recvonly',
      'a=ice-ufrag:serverufrag00000',
      'a=ice-pwd:serverpassword000000000000000000',
      `a=fingerprint:sha-256 ${fakeTransport.dtlsParameters.fingerprints[0]?.value}`,
      'a=rtcp-mux',
      'a=rtcp-rsize',
    ]);
  });

  it('begins with an ICE-lite session, the candidates in the first section and no end of them', () => {
    const answer = answerTo(offerOf('chromium/publish.microphone-camera.only'), { sessionId: '42', sessionVersion: 7 });
    expect(answer).toMatch(/^v=0\r\no=- 42 7 IN IP4 127\.0\.0\.1\r\ns=-\r\n/);
    expect(answer.match(/^a=ice-lite\r$/gm)).toHaveLength(1);
    const [audio, video] = sectionsOf(answer);
    expect(audio?.filter((line) => line.startsWith('a=candidate'))).toEqual([
      'a=candidate:udpcandidate 1 udp 1076302079 127.0.0.1 9 typ host',
      'a=candidate:tcpcandidate 1 tcp 1076276479 127.0.0.1 9 typ host tcptype passive',
    ]);
    expect(video?.some((line) => line.startsWith('a=candidate'))).toBe(false);
    expect(answer).not.toContain('end-of-candidates');
  });

  it('refuses a section as inactive in the bundle with its first codec, not with port 0', () => {
    const answer = answerTo(offerOf('gstreamer/publish.microphone-camera.only'), { capabilities: audioOnly });
    const [, video] = sectionsOf(answer);
    expect(video?.[0]).toBe('m=video 9 UDP/TLS/RTP/SAVPF 97');
    expect(video).toContain('a=inactive');
    expect(answer).toContain('a=group:BUNDLE audio0 video1');
  });

  it('keeps the rid extension in a refused simulcast section, without which Chromium cannot offer again', () => {
    const [, video] = sectionsOf(answerTo(offerOf('chromium/publish.simulcast.only'), { capabilities: audioOnly }));
    expect(video).toContain('a=inactive');
    expect(video).toContain('a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id');
    expect(video?.some((line) => line.startsWith('a=simulcast'))).toBe(false);
  });

  it('confirms simulcast in the order of the offer', () => {
    const [, video] = sectionsOf(answerTo(offerOf('chromium/publish.simulcast.only')));
    expect(video?.filter((line) => /^a=(rid|simulcast)/.test(line))).toEqual([
      'a=rid:l recv',
      'a=rid:m recv',
      'a=rid:h recv',
      'a=simulcast:recv l;m;h',
    ]);
    const falling = sdpFixture('chromium/publish.simulcast.only.offer').replace('send l;m;h', 'send h;m;l');
    expect(answerTo(parseClientDescription(falling, 'offer'))).toContain('a=simulcast:recv h;m;l');
  });

  it('answers extensions that Firefox only sends with recvonly', () => {
    const [, video] = sectionsOf(answerTo(offerOf('firefox/publish.simulcast.only')));
    expect(video).toContain('a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id');
    expect(video).toContain('a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid');
  });

  it('refuses data with port 0 and all lines, in both syntaxes', () => {
    const chromium = sectionsOf(answerTo(offerOf('chromium/publish.data.only')))[2];
    expect(chromium?.[0]).toBe('m=application 0 UDP/DTLS/SCTP webrtc-datachannel');
    expect(chromium).toEqual(expect.arrayContaining(['a=mid:2', 'a=sctp-port:5000']));
    const aiortc = sectionsOf(answerTo(offerOf('aiortc/publish.data.only')))[2];
    expect(aiortc?.[0]).toBe('m=application 0 DTLS/SCTP 5000');
    expect(aiortc).toContain('a=sctpmap:5000 webrtc-datachannel 65535');
  });

  it('leaves a data section open that carries the transport', () => {
    for (const step of ['alone', 'with-media']) {
      const [data] = sectionsOf(answerTo(offerOf(`chromium/publish.data-first.${step}`)));
      expect(data?.[0]).toBe('m=application 9 UDP/DTLS/SCTP webrtc-datachannel');
      expect(data?.some((line) => line.startsWith('a=candidate'))).toBe(true);
    }
  });

  it('keeps stopped sections stopped, out of the bundle', () => {
    const answer = answerTo(offerOf('firefox/publish.recycled.stopped'));
    expect(answer).toContain('a=group:BUNDLE 0\r\n');
    expect(sectionsOf(answer)[1]?.[0]).toBe('m=video 0 UDP/TLS/RTP/SAVPF 120');
    expect(answerTo(offerOf('chromium/publish.only-section-recycled.stopped'))).not.toContain('a=group');
  });

  it('answers a removed track as inactive with the codec it had', () => {
    const first = offerOf('chromium/publish.tracks.first');
    const parameters = first.sections[1] && sendingRtpParameters(first.sections[1], router);
    if (!parameters) throw new Error('refused');
    const offer = offerOf('chromium/publish.tracks.removed');
    const removed = offer.sections.find(({ direction }) => direction === 'inactive');
    const sections = new Map([[removed?.mid ?? '', parameters]]);
    const section = sectionsOf(answerTo(offer, { sections }))[removed?.index ?? 0];
    expect(section?.[0]).toBe('m=video 9 UDP/TLS/RTP/SAVPF 96 97');
    expect(section).toContain('a=inactive');
  });

  it('answers Opus with what the server wants to receive', () => {
    const answer = answerTo(offerOf('chromium/publish.microphone.only'), { sending: { stereo: true, dtx: true } });
    expect(answer).toContain('a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1;usedtx=1\r\n');
  });

  it('takes the DTLS role that the client leaves, active by choice', () => {
    const offer = offerOf('chromium/publish.microphone.only');
    const setupOf = (clientRole: 'auto' | 'client' | 'server', serverRole: 'auto' | 'client' | 'server') =>
      /a=setup:(\w+)/.exec(
        answerTo(
          { ...offer, dtls: { ...offer.dtls, role: clientRole } },
          { transport: { ...fakeTransport, dtlsParameters: { ...fakeTransport.dtlsParameters, role: serverRole } } },
        ),
      )?.[1];
    expect(setupOf('auto', 'auto')).toBe('active');
    expect(setupOf('auto', 'client')).toBe('active');
    expect(setupOf('auto', 'server')).toBe('passive');
    expect(setupOf('client', 'auto')).toBe('passive');
    expect(setupOf('server', 'auto')).toBe('active');
  });

  it('writes the sha-256 fingerprint of several, in capitals', () => {
    const fingerprints = [
      { algorithm: 'sha-512', value: 'aa' },
      { algorithm: 'sha-256', value: 'ab:cd' },
      { algorithm: 'sha-1', value: 'bb' },
    ];
    const transport = { ...fakeTransport, dtlsParameters: { role: 'auto' as const, fingerprints } };
    const answer = answerTo(offerOf('chromium/publish.microphone.only'), { transport });
    expect(answer.match(/^a=fingerprint.*$/gm)).toEqual(
      ['a=fingerprint:sha-256 AB:CD\r'].map((line) => line.trimEnd()),
    );
  });

  it('refuses any subset of sections so that the rest stays as it is', () => {
    const offer = offerOf('chromium/publish.tracks.added');
    const full = sectionsOf(answerTo(offer));
    fc.assert(
      fc.property(fc.subarray(offer.sections.map(({ mid }) => mid)), (accepted) => {
        const sections = new Map<string, RtpParameters>();
        for (const section of offer.sections.filter(({ mid }) => accepted.includes(mid))) {
          const parameters = sendingRtpParameters(section, router);
          if (parameters) sections.set(section.mid, parameters);
        }
        const written = sectionsOf(answerTo(offer, { sections }));
        for (const { mid, index } of offer.sections) {
          if (accepted.includes(mid)) expect(written[index]).toEqual(full[index]);
          else expect(written[index]).toContain('a=inactive');
        }
      }),
    );
  });
});
