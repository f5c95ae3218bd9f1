import type { MediaDescription } from 'sdp-transform';
import { sdpLimits } from '../shared/limits.ts';
import { parseCodecParameters } from './codec-parameters.ts';
import { invalidSdp } from './invalid-sdp.ts';
import type { MediaKind, RtcpFeedback, RtpCodec } from './types.ts';

/** Payload types that need no rtpmap (RFC 3551, table 4); of the static ones only these occur with WebRTC. */
const staticCodecs: Record<number, { name: string; clockRate: number }> = {
  0: { name: 'PCMU', clockRate: 8000 },
  8: { name: 'PCMA', clockRate: 8000 },
  9: { name: 'G722', clockRate: 8000 },
};

/** The codecs of an m-section in the order of its m-line. Payload types without a usable rtpmap are left out. */
export function parseCodecs(kind: MediaKind, media: MediaDescription): RtpCodec[] {
  const payloadTypes = listedPayloadTypes(media);
  const mappings = new Map(media.rtp.map((mapping) => [Number(mapping.payload), mapping]));
  const configurations = new Map(media.fmtp.map((fmtp) => [Number(fmtp.payload), String(fmtp.config)]));
  const feedback = collectFeedback(media);
  return payloadTypes.flatMap((payloadType) => {
    const mapping = describeMapping(payloadType, mappings.get(payloadType));
    if (!mapping) return [];
    return {
      mimeType: `${kind}/${mapping.name}`,
      payloadType,
      clockRate: mapping.clockRate,
      ...(kind === 'audio' && { channels: mapping.channels }),
      parameters: parseCodecParameters(configurations.get(payloadType) ?? ''),
      rtcpFeedback: [...(feedback.get('*') ?? []), ...(feedback.get(String(payloadType)) ?? [])],
    };
  });
}

function listedPayloadTypes(media: MediaDescription): number[] {
  const formats = String(media.payloads ?? '').split(' ');
  if (formats.length > sdpLimits.maxCodecsPerSection) {
    throw invalidSdp('tooManyCodecs', `An m-line lists more than ${sdpLimits.maxCodecsPerSection} payload types.`);
  }
  const payloadTypes = formats.filter((format) => /^\d{1,3}$/.test(format)).map(Number);
  return [...new Set(payloadTypes)].filter((payloadType) => payloadType < 128);
}

function describeMapping(payloadType: number, mapping: MediaDescription['rtp'][number] | undefined) {
  if (!mapping) {
    const known = staticCodecs[payloadType];
    return known && { ...known, channels: 1 };
  }
  const clockRate = Number(mapping.rate);
  const name = String(mapping.codec);
  const channels = Number(mapping.encoding ?? defaultChannels(name));
  const usable = name !== '' && isCount(clockRate, 384_000) && isCount(channels, 255);
  return usable ? { name, clockRate, channels } : undefined;
}

/** RFC 7587 section 7: Opus always says two; GStreamer leaves them out while its encoder is still starting. */
function defaultChannels(name: string): number {
  return name.toLowerCase() === 'opus' ? 2 : 1;
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= most;
}

function collectFeedback(media: MediaDescription): Map<string, RtcpFeedback[]> {
  const byPayloadType = new Map<string, RtcpFeedback[]>();
  for (const { payload, type, subtype } of media.rtcpFb ?? []) {
    const list = byPayloadType.get(String(payload)) ?? [];
    list.push(subtype === undefined ? { type: String(type) } : { type: String(type), parameter: String(subtype) });
    byPayloadType.set(String(payload), list);
  }
  return byPayloadType;
}
