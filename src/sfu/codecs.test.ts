import { getSupportedRtpCapabilities } from 'mediasoup';
import { describe, expect, it } from 'vitest';
import { codecNames, mediaCodecs } from './codecs.ts';

describe('mediaCodecs', () => {
  it('gives every name the codecs it stands for, in the order of the operator', () => {
    const names = mediaCodecs(['VP9', 'opus']).map(({ mimeType }) => mimeType);
    expect(names).toEqual(['video/VP9', 'video/VP9', 'audio/opus']);
  });

  it('counts a repeated name once', () => {
    expect(mediaCodecs(['VP8', 'VP8'])).toHaveLength(1);
  });

  it('offers H.264 as constrained baseline and as high, plain and constrained', () => {
    const profiles = mediaCodecs(['H264']).map(({ parameters }) =>
      String(parameters?.['profile-level-id']).slice(0, 4),
    );
    expect(profiles).toEqual(['42e0', '6400', '640c']);
  });

  it('names only what mediasoup carries, which RED is not', () => {
    const supported = (getSupportedRtpCapabilities().codecs ?? []).map(({ mimeType }) => mimeType.toLowerCase());
    for (const { mimeType } of mediaCodecs(codecNames)) expect(supported).toContain(mimeType.toLowerCase());
    expect(supported).not.toContain('audio/red');
  });
});
