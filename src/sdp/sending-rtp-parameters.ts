import { commonFeedback } from './common-feedback.ts';
import { extensionUris } from './header-extensions.ts';
import { type CodecMatch, findRtx, isMainCodec, matchRouterCodec } from './match-router-codec.ts';
import type {
  ClientHeaderExtension,
  ClientSection,
  RouterCapabilities,
  RtpCodec,
  RtpEncoding,
  RtpHeaderExtension,
  RtpParameters,
} from './types.ts';

export interface SendingOptions {
  /** Mime types to prefer, best first, for instance `['video/VP9']`; the rest follows in the client's order. */
  preferredCodecs?: string[];
  /** Opus in stereo; default: as the client offers. Music and screen audio want it, speech does not. */
  stereo?: boolean;
  /** Opus sends nothing in silence; default: as the client offers. */
  dtx?: boolean;
  /** The scalability mode of a single VP9 or AV1 encoding (`L3T3_KEY`), which SDP does not tell. */
  scalabilityMode?: string;
}

/** mediasoup's worker refuses simulcast with any other codec (VP9 and AV1 have layers within one stream instead). */
const simulcastCodecs = ['video/vp8', 'video/h264'];

/** libwebrtc, hence Chromium, Firefox and Safari, encodes each simulcast stream with three temporal layers. */
const simulcastScalabilityMode = 'L1T3';

/**
 * What mediasoup's `produce()` needs for a section that a client offers to send: the best common codec with its RTX,
 * under the client's own payload types and extension ids. Undefined when no codec is common, so that the section is
 * refused. The same parameters make the answer (`writePublishAnswer`).
 */
export function sendingRtpParameters(
  section: ClientSection,
  router: RouterCapabilities,
  options: SendingOptions = {},
): RtpParameters | undefined {
  if (section.kind !== 'audio' && section.kind !== 'video') return undefined;
  const simulcast = isSimulcast(section);
  const match = chooseCodec(section, router, simulcast, options.preferredCodecs ?? []);
  if (!match) return undefined;
  const codecs = codecWithRtx(section, router, match, options);
  return {
    mid: section.mid,
    codecs,
    headerExtensions: chooseHeaderExtensions(section, router, match, simulcast),
    encodings: chooseEncodings(section, { simulcast, hasRtx: codecs.length > 1, options }),
    rtcp: { ...(section.cname !== undefined && { cname: section.cname }), reducedSize: section.reducedSizeRtcp },
  };
}

type Simulcast = 'rid' | 'ssrc' | undefined;

/** Rids need the extensions that carry them, or nothing tells the streams apart (then Firefox's SSRCs might). */
function isSimulcast(section: ClientSection): Simulcast {
  const sent = new Set(section.headerExtensions.filter(isSent).map(({ uri }) => uri));
  if (section.rids.length > 1 && sent.has(extensionUris.mid) && sent.has(extensionUris.rid)) return 'rid';
  return section.ssrcs.length > 1 ? 'ssrc' : undefined;
}

function isSent({ direction }: ClientHeaderExtension): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

function chooseCodec(
  section: ClientSection,
  router: RouterCapabilities,
  simulcast: Simulcast,
  preferredCodecs: string[],
): CodecMatch | undefined {
  const preferred = preferredCodecs.map((mimeType) => mimeType.toLowerCase());
  const rank = ({ mimeType }: RtpCodec) => {
    const at = preferred.indexOf(mimeType.toLowerCase());
    return at === -1 ? preferred.length : at;
  };
  const usable = section.codecs.filter(
    (codec) => isMainCodec(codec) && (!simulcast || simulcastCodecs.includes(codec.mimeType.toLowerCase())),
  );
  for (const codec of usable.toSorted((a, b) => rank(a) - rank(b))) {
    const match = matchRouterCodec(codec, router);
    if (match) return match;
  }
  return undefined;
}

function codecWithRtx(
  section: ClientSection,
  router: RouterCapabilities,
  { codec, routerCodec }: CodecMatch,
  options: SendingOptions,
): RtpCodec[] {
  const main: RtpCodec = {
    ...codec,
    parameters: opusParameters(codec, options),
    rtcpFeedback: commonFeedback(codec.rtcpFeedback, routerCodec.rtcpFeedback),
  };
  const rtx = findRtx(section.codecs, codec.payloadType);
  const routerHasRtx = findRtx(router.codecs, routerCodec.preferredPayloadType) !== undefined;
  return rtx && routerHasRtx ? [main, { ...rtx, rtcpFeedback: [] }] : [main];
}

/** RFC 7587 section 6.1: in an answer these say what the server wants to receive. FEC stays as the client offers it. */
function opusParameters(codec: RtpCodec, { stereo, dtx }: SendingOptions): Record<string, string | number> {
  const parameters = { ...codec.parameters };
  if (codec.mimeType.toLowerCase() !== 'audio/opus') return parameters;
  return {
    ...parameters,
    ...(stereo !== undefined && { stereo: Number(stereo), 'sprop-stereo': Number(stereo) }),
    ...(dtx !== undefined && { usedtx: Number(dtx) }),
  };
}

/** Extensions are taken when the router receives them and this kind of stream has a use for them. */
function chooseHeaderExtensions(
  section: ClientSection,
  router: RouterCapabilities,
  { codec }: CodecMatch,
  simulcast: Simulcast,
): RtpHeaderExtension[] {
  const received = new Set(
    router.headerExtensions
      .filter(({ kind, direction = 'sendrecv' }) => kind === section.kind && /^(sendrecv|recvonly)$/.test(direction))
      .map(({ uri }) => uri),
  );
  const unneeded = unneededExtensions(codec, simulcast);
  return section.headerExtensions
    .filter((extension) => isSent(extension) && received.delete(extension.uri) && !unneeded.includes(extension.uri))
    .map(({ uri, id }) => ({ uri, id }));
}

/** The dependency descriptor costs bytes in each packet, and mediasoup reads it for AV1 and H.264 only. */
function unneededExtensions(codec: RtpCodec, simulcast: Simulcast): string[] {
  const layersInPayload = !/\/(av1|h264)$/i.test(codec.mimeType);
  return [
    ...(layersInPayload ? [extensionUris.dependencyDescriptor] : []),
    ...(simulcast === 'rid' ? [] : [extensionUris.rid, extensionUris.repairedRid]),
  ];
}

interface EncodingContext {
  simulcast: Simulcast;
  hasRtx: boolean;
  options: SendingOptions;
}

/** An empty list lets mediasoup recognise the only stream by its mid. */
function chooseEncodings(section: ClientSection, { simulcast, hasRtx, options }: EncodingContext): RtpEncoding[] {
  if (simulcast === 'rid') {
    return section.rids.map(({ rid, maxBitrate }) => ({
      rid,
      ...(maxBitrate !== undefined && { maxBitrate }),
      scalabilityMode: simulcastScalabilityMode,
    }));
  }
  const scalabilityMode = simulcast ? simulcastScalabilityMode : options.scalabilityMode;
  const layers = scalabilityMode === undefined ? {} : { scalabilityMode };
  const encodings = section.ssrcs.map(({ ssrc, rtxSsrc }) => ({
    ssrc,
    ...(hasRtx && rtxSsrc !== undefined && { rtx: { ssrc: rtxSsrc } }),
    ...layers,
  }));
  return encodings.length === 0 && scalabilityMode !== undefined ? [layers] : encodings;
}
