import { describe, expect, it } from 'vitest';
import { routerCapabilities } from '../../test/support/sdp-peers/router.ts';
import { findRtx, isMainCodec, matchRouterCodec } from './match-router-codec.ts';
import type { RtpCodec } from './types.ts';

const router = routerCapabilities();

const video = (name: string, parameters: Record<string, string | number> = {}): RtpCodec => ({
  mimeType: `video/${name}`,
  payloadType: 96,
  clockRate: 90_000,
  parameters,
});

describe('matchRouterCodec', () => {
  it('compares names without regard to case', () => {
    const opus: RtpCodec = { mimeType: 'audio/OPUS', payloadType: 96, clockRate: 48_000, channels: 2 };
    expect(matchRouterCodec(opus, router)?.routerCodec.mimeType).toBe('audio/opus');
  });

  it('distinguishes clock rates and channels', () => {
    const opus: RtpCodec = { mimeType: 'audio/opus', payloadType: 96, clockRate: 48_000, channels: 2 };
    expect(matchRouterCodec({ ...opus, channels: 1 }, router)).toBeUndefined();
    expect(matchRouterCodec({ ...opus, clockRate: 16_000 }, router)).toBeUndefined();
  });

  it('matches H.264 by profile, at any level', () => {
    const profileOf = (id: string) =>
      matchRouterCodec(video('H264', { 'packetization-mode': 1, 'profile-level-id': id }), router)?.routerCodec
        .parameters?.['profile-level-id'];
    expect(profileOf('42e034')).toBe('42e01f');
    expect(profileOf('42c01f')).toBe('42e01f');
    expect(profileOf('640028')).toBe('64001f');
    expect(profileOf('42001f')).toBeUndefined();
    expect(profileOf('4d001f')).toBeUndefined();
    expect(profileOf('zzzzzz')).toBeUndefined();
  });

  it('carries H.264 without packetization mode as mode 1, and tells mediasoup so', () => {
    const match = matchRouterCodec(video('H264'), router);
    expect(match?.routerCodec.parameters).toMatchObject({ 'profile-level-id': '42e01f' });
    expect(match?.codec.parameters).toEqual({ 'packetization-mode': 1 });
  });

  it('prefers a router codec of packetization mode 0 when there is one', () => {
    const [h264] = router.codecs.filter(({ mimeType }) => mimeType === 'video/H264');
    if (!h264) throw new Error('no H264');
    const mode0 = { ...h264, preferredPayloadType: 50, parameters: { ...h264.parameters, 'packetization-mode': 0 } };
    const both = { ...router, codecs: [...router.codecs, mode0] };
    const match = matchRouterCodec(video('H264', { 'profile-level-id': '42e01f' }), both);
    expect(match?.routerCodec.preferredPayloadType).toBe(50);
  });

  it('distinguishes VP9 profiles, the first being the default', () => {
    expect(matchRouterCodec(video('VP9'), router)).toBeDefined();
    expect(matchRouterCodec(video('VP9', { 'profile-id': 0 }), router)).toBeDefined();
    expect(matchRouterCodec(video('VP9', { 'profile-id': 2 }), router)).toBeUndefined();
  });

  it('never matches what only accompanies a codec', () => {
    for (const name of ['rtx', 'red', 'ulpfec', 'flexfec-03']) {
      expect(matchRouterCodec(video(name, { apt: 101 }), router)).toBeUndefined();
    }
  });
});

describe('isMainCodec', () => {
  it('knows the formats that accompany one', () => {
    expect(isMainCodec({ mimeType: 'video/VP8' })).toBe(true);
    for (const mimeType of [
      'video/rtx',
      'video/RED',
      'video/ulpfec',
      'audio/red',
      'audio/CN',
      'audio/telephone-event',
    ]) {
      expect(isMainCodec({ mimeType })).toBe(false);
    }
  });
});

describe('findRtx', () => {
  it('finds the codec that names the payload type', () => {
    const rtx = (payloadType: number, apt: number): RtpCodec => ({ ...video('rtx', { apt }), payloadType });
    expect(findRtx([video('VP8'), rtx(97, 96), rtx(99, 98)], 98)?.payloadType).toBe(99);
    expect(findRtx([video('VP8'), rtx(97, 96)], 98)).toBeUndefined();
  });
});
