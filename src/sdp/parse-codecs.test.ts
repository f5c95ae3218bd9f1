import { parse } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { sdpFixture } from '../../test/support/sdp-fixtures.ts';
import { parseCodecs } from './parse-codecs.ts';

function codecsOf(kind: 'audio' | 'video', ...lines: string[]) {
  const [media] = parse(lines.join('\r\n')).media;
  if (!media) throw new Error('no m-line');
  return parseCodecs(kind, media);
}

describe('parseCodecs', () => {
  it('reads codecs in the order of the m-line with parameters and feedback', () => {
    const codecs = codecsOf(
      'video',
      'm=video 9 UDP/TLS/RTP/SAVPF 97 96',
      'a=rtpmap:96 VP8/90000',
      'a=rtcp-fb:* transport-cc',
      'a=rtcp-fb:96 nack pli',
      'a=rtpmap:97 rtx/90000',
      'a=fmtp:97 apt=96',
    );
    expect(codecs).toEqual([
      {
        mimeType: 'video/rtx',
        payloadType: 97,
        clockRate: 90_000,
        parameters: { apt: 96 },
        rtcpFeedback: [{ type: 'transport-cc' }],
      },
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        parameters: {},
        rtcpFeedback: [{ type: 'transport-cc' }, { type: 'nack', parameter: 'pli' }],
      },
    ]);
  });

  it('reads Opus with two channels also where GStreamer leaves them out', () => {
    const [opus] = codecsOf('audio', 'm=audio 9 UDP/TLS/RTP/SAVPF 99', 'a=rtpmap:99 OPUS/48000');
    expect(opus).toMatchObject({ mimeType: 'audio/OPUS', clockRate: 48_000, channels: 2 });
  });

  it('knows the static payload types that come without rtpmap', () => {
    expect(codecsOf('audio', 'm=audio 9 UDP/TLS/RTP/SAVPF 0 8 9 3').map(({ mimeType }) => mimeType)).toEqual([
      'audio/PCMU',
      'audio/PCMA',
      'audio/G722',
    ]);
  });

  it('leaves out payload types that cannot be', () => {
    const lines = ['m=video 9 UDP/TLS/RTP/SAVPF 96 96 128 999 x 98 99 100', 'a=rtpmap:96 VP8/90000'];
    const codecs = codecsOf('video', ...lines, 'a=rtpmap:98 VP9', 'a=rtpmap:99 AV1/0', 'a=rtpmap:128 H264/90000');
    expect(codecs.map(({ payloadType }) => payloadType)).toEqual([96]);
  });

  it('refuses more payload types than RTP has', () => {
    const many = Array.from({ length: 200 }, (_, at) => at).join(' ');
    expect(() => codecsOf('video', `m=video 9 UDP/TLS/RTP/SAVPF ${many}`)).toThrow(
      expect.objectContaining({ data: { reason: 'tooManyCodecs' } }),
    );
  });

  it('reads all of Chromium’s video codecs', () => {
    const video = sdpFixture('chromium/publish.microphone-camera.only.offer').split(/^(?=m=)/m)[2] ?? '';
    const mimeTypes = new Set(codecsOf('video', ...video.split('\r\n')).map(({ mimeType }) => mimeType));
    expect([...mimeTypes].sort()).toEqual([
      'video/AV1',
      'video/H264',
      'video/VP8',
      'video/VP9',
      'video/red',
      'video/rtx',
      'video/ulpfec',
    ]);
  });
});
