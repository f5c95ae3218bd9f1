import { extensionUris } from './header-extensions.ts';
import { invalidSdp } from './invalid-sdp.ts';
import { findRtx, isMainCodec } from './match-router-codec.ts';
import { parseClientDescription } from './parse-client-description.ts';
import type { ClientSection, Direction, DtlsParameters, IceParameters, RtpCodec, SubscribeSection } from './types.ts';

export interface AnsweredSection {
  mid: string;
  /** False when the client cannot or will not receive what the section offers. */
  accepted: boolean;
  direction: Direction;
  /** Payload types of the offer that the client kept, without RTX. */
  codecs: number[];
  /** The client takes retransmissions of the offered codec as RTX. */
  rtx: boolean;
  feedback: { nack: boolean; pli: boolean; fir: boolean; transportCc: boolean; remb: boolean };
  /** Ids of the offer that the client kept. */
  headerExtensionIds: number[];
  /** The section as the client wrote it, for `receivingCapabilities`. */
  description: ClientSection;
}

export interface SubscribeAnswer {
  /** Undefined, as `dtls`, when the client refused every section: there is no transport then. */
  ice: IceParameters | undefined;
  dtls: DtlsParameters | undefined;
  /** One for each offered section, in order. */
  sections: AnsweredSection[];
}

/** Reads what a client made of a subscribe offer: which sections it receives, and with which codecs and repair. */
export function readSubscribeAnswer(sdp: string, offered: readonly SubscribeSection[]): SubscribeAnswer {
  const { ice, dtls, sections } = parseClientDescription(sdp, 'answer');
  if (sections.length !== offered.length) {
    throw invalidSdp('mismatch', `The offer has ${offered.length} m-lines, the answer ${sections.length}.`);
  }
  const hasTransport = dtls.fingerprints.length > 0;
  return {
    ice: hasTransport ? ice : undefined,
    dtls: hasTransport ? dtls : undefined,
    sections: offered.map((section, index) => readSection(section, sections[index])),
  };
}

function readSection(offered: SubscribeSection, answered: ClientSection | undefined): AnsweredSection {
  if (!answered || answered.kind !== offered.kind || (answered.mid !== offered.mid && !answered.stopped)) {
    throw invalidSdp('mismatch', `The answer's section for mid ${offered.mid} is another one.`);
  }
  const { codecs, headerExtensions = [] } = offered.rtpParameters ?? offered.lastRtpParameters;
  const kept = keptCodecs(codecs, answered);
  const [main] = kept;
  return {
    mid: offered.mid,
    accepted: main !== undefined && isReceiving(offered, answered),
    direction: answered.direction,
    codecs: kept.map(({ payloadType }) => payloadType),
    rtx: main !== undefined && findRtx(answered.codecs, main.payloadType) !== undefined,
    feedback: readFeedback(main, answered),
    headerExtensionIds: headerExtensions
      .filter(({ id, uri }) =>
        answered.headerExtensions.some((extension) => extension.id === id && extension.uri === uri),
      )
      .map(({ id }) => id),
    description: answered,
  };
}

/** The offered main codecs that the answer repeats under the same payload type, as the client wrote them. */
function keptCodecs(offered: readonly RtpCodec[], answered: ClientSection): RtpCodec[] {
  return offered
    .filter(isMainCodec)
    .flatMap(
      ({ payloadType, mimeType }) =>
        answered.codecs.find(
          (codec) => codec.payloadType === payloadType && codec.mimeType.toLowerCase() === mimeType.toLowerCase(),
        ) ?? [],
    );
}

/** An unused section is accepted unless the client gave it up for good. */
function isReceiving(offered: SubscribeSection, answered: ClientSection): boolean {
  if (answered.stopped) return false;
  return !offered.rtpParameters || answered.direction === 'recvonly' || answered.direction === 'sendrecv';
}

function readFeedback(codec: RtpCodec | undefined, section: ClientSection): AnsweredSection['feedback'] {
  const has = (type: string, parameter = '') =>
    codec?.rtcpFeedback?.some((feedback) => feedback.type === type && (feedback.parameter ?? '') === parameter) ??
    false;
  const hasExtension = (uri: string) => section.headerExtensions.some((extension) => extension.uri === uri);
  return {
    nack: has('nack'),
    pli: has('nack', 'pli'),
    fir: has('ccm', 'fir'),
    transportCc: has('transport-cc') && hasExtension(extensionUris.transportCc),
    remb: has('goog-remb') && hasExtension(extensionUris.absSendTime),
  };
}
