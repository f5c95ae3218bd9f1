import type { types } from 'mediasoup';

/** Names by which an operator chooses what a room can carry. */
export const codecNames = ['opus', 'VP8', 'VP9', 'H264', 'AV1'] as const;
export type CodecName = (typeof codecNames)[number];

type Codec = types.RouterRtpCodecCapability;

const video = (mimeType: string, parameters: Record<string, string | number> = {}): Codec => ({
  kind: 'video',
  mimeType,
  clockRate: 90_000,
  parameters,
});

const h264 = (profileLevelId: string) =>
  video('video/H264', {
    'packetization-mode': 1,
    'level-asymmetry-allowed': 1,
    'profile-level-id': profileLevelId,
  });

/**
 * What each name stands for. Feedback (NACK, PLI, transport-cc) and RTX are added by mediasoup. RED (RFC 2198) is not
 * here: mediasoup knows neither `audio/red` nor its payload format, so a router refuses it; Opus in-band FEC takes its place.
 */
const codecs: Record<CodecName, Codec[]> = {
  opus: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      clockRate: 48_000,
      channels: 2,
      parameters: { minptime: 10, useinbandfec: 1 },
    },
  ],
  VP8: [video('video/VP8')],
  VP9: [video('video/VP9', { 'profile-id': 0 }), video('video/VP9', { 'profile-id': 2 })],
  /**
   * Constrained baseline, which everybody has, and high, plain and constrained, which browsers offer one or the other of.
   * The level is symmetric only in name: asymmetry is allowed.
   */
  H264: [h264('42e01f'), h264('64001f'), h264('640c1f')],
  AV1: [video('video/AV1')],
};

/** The media codecs of a router, in the operator's order; a name that is repeated counts once. */
export function mediaCodecs(names: readonly CodecName[]): Codec[] {
  return [...new Set(names)].flatMap((name) => codecs[name]);
}
