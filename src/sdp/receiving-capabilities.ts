import { commonFeedback } from './common-feedback.ts';
import { findRtx, isMainCodec, matchRouterCodec } from './match-router-codec.ts';
import type { ClientSection, Direction, MediaKind, RouterCapabilities, RtcpFeedback } from './types.ts';

/** As mediasoup's `consume()` takes it (`RtpCapabilities`). */
export interface ReceivingCapabilities {
  codecs: {
    kind: MediaKind;
    mimeType: string;
    preferredPayloadType: number;
    clockRate: number;
    channels?: number;
    parameters: Record<string, string | number>;
    rtcpFeedback: RtcpFeedback[];
  }[];
  headerExtensions: {
    kind: MediaKind;
    uri: string;
    preferredId: number;
    preferredEncrypt: false;
    direction: Direction;
  }[];
}

/**
 * What a client can receive, from the sections that say so (an answer to a subscribe offer, or an offer to receive),
 * within what the router carries. A codec comes with the client's parameters, which `consume()` compares with the
 * producer's, and with RTX where the client has it. Extensions count only under the router's ids, which a consumer always
 * sends.
 */
export function receivingCapabilities(
  sections: readonly ClientSection[],
  router: RouterCapabilities,
): ReceivingCapabilities {
  const codecs = sections.filter(({ stopped }) => !stopped).flatMap((section) => sectionCodecs(section, router));
  const headerExtensions = sections
    .filter(({ stopped }) => !stopped)
    .flatMap((section) => sectionExtensions(section, router));
  return {
    codecs: distinct(codecs, ({ preferredPayloadType }) => String(preferredPayloadType)),
    headerExtensions: distinct(headerExtensions, ({ kind, uri }) => `${kind} ${uri}`),
  };
}

function sectionCodecs({ codecs }: ClientSection, router: RouterCapabilities): ReceivingCapabilities['codecs'] {
  return codecs.filter(isMainCodec).flatMap((codec) => {
    const match = matchRouterCodec(codec, router);
    if (!match) return [];
    const { routerCodec } = match;
    const { kind, preferredPayloadType, clockRate } = routerCodec;
    const rtx = findRtx(codecs, codec.payloadType) && findRtx(router.codecs, preferredPayloadType);
    const main = {
      kind,
      mimeType: routerCodec.mimeType,
      preferredPayloadType,
      clockRate,
      ...(match.codec.channels !== undefined && { channels: match.codec.channels }),
      parameters: { ...match.codec.parameters },
      rtcpFeedback: commonFeedback(codec.rtcpFeedback, routerCodec.rtcpFeedback),
    };
    return rtx ? [main, rtxCapability(kind, rtx.preferredPayloadType, clockRate, preferredPayloadType)] : [main];
  });
}

function rtxCapability(kind: MediaKind, preferredPayloadType: number, clockRate: number, apt: number) {
  return { kind, mimeType: `${kind}/rtx`, preferredPayloadType, clockRate, parameters: { apt }, rtcpFeedback: [] };
}

function sectionExtensions(
  section: ClientSection,
  router: RouterCapabilities,
): ReceivingCapabilities['headerExtensions'] {
  return router.headerExtensions
    .filter(({ kind, direction = 'sendrecv' }) => kind === section.kind && /^(sendrecv|sendonly)$/.test(direction))
    .filter(({ uri, preferredId }) =>
      section.headerExtensions.some(
        (extension) =>
          extension.uri === uri && extension.id === preferredId && /^(sendrecv|recvonly)$/.test(extension.direction),
      ),
    )
    .map(({ kind, uri, preferredId }) => ({ kind, uri, preferredId, preferredEncrypt: false, direction: 'sendrecv' }));
}

function distinct<Item>(items: Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();
}
