import { isSameProfile } from 'h264-profile-level-id';
import type { RouterCapabilities, RtpCodec } from './types.ts';

type RouterCodec = RouterCapabilities['codecs'][number];

/** Payload formats that accompany a main codec and never are one. */
const helperFormats = /\/(rtx|red|ulpfec|flexfec(-03)?|cn|telephone-event)$/i;

const rtxFormat = /\/rtx$/i;

export function isMainCodec(codec: Pick<RtpCodec, 'mimeType'>): boolean {
  return !helperFormats.test(codec.mimeType);
}

/** The RTX codec whose `apt` names this payload type. */
export function findRtx<Codec extends { mimeType: string; parameters?: Record<string, unknown> }>(
  codecs: readonly Codec[],
  payloadType: number,
): Codec | undefined {
  return codecs.find(({ mimeType, parameters }) => rtxFormat.test(mimeType) && parameters?.apt === payloadType);
}

export interface CodecMatch {
  /** The client's codec, with its parameters completed so that mediasoup finds the same match. */
  codec: RtpCodec;
  routerCodec: RouterCodec;
}

/** Finds what carries a client's codec in the router, by the rules of mediasoup's `ortc` (`matchCodecs`, strict). */
export function matchRouterCodec(codec: RtpCodec, router: RouterCapabilities): CodecMatch | undefined {
  for (const candidate of interpretations(codec)) {
    const routerCodec = router.codecs.find((known) => isMainCodec(known) && sameCodec(candidate, known));
    if (routerCodec) return { codec: candidate, routerCodec };
  }
  return undefined;
}

/**
 * H.264 in packetization mode 0 (also when the mode is missing, as GStreamer leaves it out) sends a subset of mode 1, so a
 * router that only has mode 1 carries it as such.
 */
function interpretations(codec: RtpCodec): RtpCodec[] {
  if (codec.mimeType.toLowerCase() !== 'video/h264' || codec.parameters?.['packetization-mode'] === 1) return [codec];
  return [codec, { ...codec, parameters: { ...codec.parameters, 'packetization-mode': 1 } }];
}

function sameCodec(codec: RtpCodec, routerCodec: RouterCodec): boolean {
  return (
    codec.mimeType.toLowerCase() === routerCodec.mimeType.toLowerCase() &&
    codec.clockRate === routerCodec.clockRate &&
    (codec.channels ?? 1) === (routerCodec.channels ?? 1) &&
    sameParameters(codec.mimeType.toLowerCase(), codec.parameters ?? {}, routerCodec.parameters ?? {})
  );
}

function sameParameters(mimeType: string, a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const agree = (name: string) => (a[name] ?? 0) === (b[name] ?? 0);
  switch (mimeType) {
    case 'video/h264':
      return agree('packetization-mode') && isSameProfile(a, b);
    case 'video/vp9':
      return agree('profile-id');
    case 'audio/multiopus':
      return agree('num_streams') && agree('coupled_streams');
    default:
      return true;
  }
}
