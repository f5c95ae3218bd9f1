import { describe, expect, it } from 'vitest';
import type { AnsweredSection } from '../sdp/read-subscribe-answer.ts';
import { readSubscribeAnswer } from '../sdp/read-subscribe-answer.ts';
import type { RouterCapabilities, RtpParameters, SubscribeSection } from '../sdp/types.ts';
import { ClientCapabilities, lacksRepair } from './client-capabilities.ts';

const transportCc = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const feedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'transport-cc' }];

const router: RouterCapabilities = {
  codecs: [
    { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90_000, rtcpFeedback: feedback },
    {
      kind: 'video',
      mimeType: 'video/rtx',
      preferredPayloadType: 102,
      clockRate: 90_000,
      parameters: { apt: 101 },
    },
    { kind: 'video', mimeType: 'video/AV1', preferredPayloadType: 103, clockRate: 90_000, rtcpFeedback: feedback },
  ],
  headerExtensions: [{ kind: 'video', uri: transportCc, preferredId: 5 }],
};

const offered: RtpParameters = {
  mid: '0',
  codecs: [
    { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000, rtcpFeedback: feedback },
    { mimeType: 'video/rtx', payloadType: 102, clockRate: 90_000, parameters: { apt: 101 } },
  ],
  headerExtensions: [{ uri: transportCc, id: 5 }],
  encodings: [{ ssrc: 1, rtx: { ssrc: 2 } }],
};

const section: SubscribeSection = {
  mid: '0',
  kind: 'video',
  rtpParameters: offered,
  lastRtpParameters: offered,
  streamId: 's',
  trackId: 't',
};

function answer(lines: string[], payloads: string): AnsweredSection {
  const sdp = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloads}`,
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=recvonly',
    'a=rtcp-mux',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${Array(32).fill('AA').join(':')}`,
    'a=setup:active',
    'a=rtpmap:101 VP8/90000',
    ...lines,
    '',
  ].join('\r\n');
  const [only] = readSubscribeAnswer(sdp, [section]).sections;
  if (!only) throw new Error('The answer has no section.');
  return only;
}

const full = () =>
  answer(
    [
      ...['nack', 'nack pli', 'transport-cc'].map((type) => `a=rtcp-fb:101 ${type}`),
      'a=rtpmap:102 rtx/90000',
      'a=fmtp:102 apt=101',
      `a=extmap:5 ${transportCc}`,
    ],
    '101 102',
  );
const bare = () => answer(['a=rtcp-fb:101 nack', 'a=rtcp-fb:101 nack pli'], '101');

describe('lacksRepair', () => {
  it('is content with an answer that keeps retransmission and congestion control', () => {
    expect(lacksRepair(offered, full())).toBe(false);
  });

  it('notices that RTX and transport-cc are gone', () => {
    expect(lacksRepair(offered, bare())).toBe(true);
  });

  it('is content with an answer to an offer that asked for no more', () => {
    const [vp8] = offered.codecs;
    const plain = { ...vp8, mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 };
    const reduced = { ...offered, codecs: [{ ...plain, rtcpFeedback: feedback.slice(0, 2) }], headerExtensions: [] };
    expect(lacksRepair(reduced, bare())).toBe(false);
  });
});

describe('ClientCapabilities', () => {
  const namesFor = (capabilities: ClientCapabilities, payloadType: number) =>
    (capabilities.forCodec(payloadType).codecs ?? []).map(({ mimeType }) => mimeType);

  it('begins with all that the router sends, RTX with the codec it repeats', () => {
    expect(namesFor(new ClientCapabilities(router), 101)).toEqual(['video/VP8', 'video/rtx']);
    expect(namesFor(new ClientCapabilities(router), 103)).toEqual(['video/AV1']);
  });

  it('narrows the codec that an answer speaks of, and leaves the others', () => {
    const capabilities = new ClientCapabilities(router);
    capabilities.learn([bare()]);
    expect(namesFor(capabilities, 101)).toEqual(['video/VP8']);
    expect(namesFor(capabilities, 103)).toEqual(['video/AV1']);
    const [vp8] = capabilities.forCodec(101).codecs ?? [];
    expect(vp8?.rtcpFeedback?.map(({ type }) => type)).toEqual(['nack', 'nack']);
    expect(capabilities.forCodec(101).headerExtensions).toEqual([]);
  });

  it('loses nothing to a complete answer', () => {
    const capabilities = new ClientCapabilities(router);
    capabilities.learn([full()]);
    expect(namesFor(capabilities, 101)).toEqual(['video/VP8', 'video/rtx']);
    expect(capabilities.forCodec(101).headerExtensions).toHaveLength(1);
  });

  it('drops a refused codec together with its RTX', () => {
    const capabilities = new ClientCapabilities(router);
    capabilities.unlearn(offered);
    expect(namesFor(capabilities, 101)).toEqual([]);
    expect(namesFor(capabilities, 103)).toEqual(['video/AV1']);
  });
});
