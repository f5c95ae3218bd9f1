import { type MediaDescription, write } from 'sdp-transform';
import { extensionUris } from './header-extensions.ts';
import { isMainCodec } from './match-router-codec.ts';
import type {
  ClientDescription,
  ClientHeaderExtension,
  ClientSection,
  Direction,
  RtpCodec,
  RtpParameters,
  ServerTransport,
} from './types.ts';
import { type DtlsSetup, writeRtpLines, writeSession, writeTransportLines } from './write-media-section.ts';

export interface PublishAnswer {
  offer: ClientDescription;
  transport: ServerTransport;
  /** Rises with each answer of the connection. */
  sessionVersion: number;
  /** Stays for the life of the connection. */
  sessionId?: string;
  /** By mid, what was given to `produce()`; a section that is missing here is refused. */
  sections: ReadonlyMap<string, RtpParameters>;
  /** What the client's bandwidth estimation begins with, so that its best simulcast layer starts at once. */
  startBitrateKbps?: number;
}

/** Answers every m-line of a client's offer, in its order: accepted ones receive, others are refused so that all clients bear it. */
export function writePublishAnswer(answer: PublishAnswer): string {
  const { offer, sessionId = '1', sessionVersion } = answer;
  const bundle = offer.bundle.filter((mid) =>
    offer.sections.some((section) => section.mid === mid && !section.stopped),
  );
  const tag = offer.sections.find(({ mid, stopped }) => !stopped && (bundle.length === 0 || mid === bundle[0]));
  return write({
    ...writeSession({ sessionId, sessionVersion, bundle }),
    media: offer.sections.map((section) => writeSection(section, answer, section === tag)),
  });
}

function writeSection(section: ClientSection, answer: PublishAnswer, isTag: boolean): MediaDescription {
  const transportLines = writeTransportLines({
    transport: answer.transport,
    setup: chooseSetup(answer),
    withCandidates: isTag,
  });
  return { ...describeSection(section, answer, isTag), ...transportLines };
}

function describeSection(section: ClientSection, answer: PublishAnswer, isTag: boolean): MediaDescription {
  if (section.kind === 'application') return writeData(section, isTag);
  const refusalCodec = section.codecs.find(isMainCodec);
  if (section.stopped || section.kind === 'other' || !refusalCodec) return writeStopped(section);
  const parameters = answer.sections.get(section.mid);
  return parameters
    ? writeAccepted(section, parameters, answer.startBitrateKbps)
    : writeRtp(section, 'inactive', [withoutFeedback(refusalCodec)], { headerExtensions: streamExtensions(section) });
}

/** Kept in a refusal too: without them Chromium cannot make its next offer, because its own section has rids. */
function streamExtensions({ headerExtensions }: ClientSection): ClientHeaderExtension[] {
  const uris: readonly string[] = [extensionUris.mid, extensionUris.rid, extensionUris.repairedRid];
  return headerExtensions.filter(({ uri }) => uris.includes(uri));
}

/**
 * When the client leaves the choice open (actpass) the server is active: it starts DTLS with the client's first nominated
 * check, a round trip earlier than a client that waits for the reply. mediasoup takes that role for `auto` too.
 */
function chooseSetup({ offer, transport }: PublishAnswer): DtlsSetup {
  if (offer.dtls.role !== 'auto') return offer.dtls.role === 'client' ? 'passive' : 'active';
  return transport.dtlsParameters.role === 'server' ? 'passive' : 'active';
}

function writeAccepted(
  section: ClientSection,
  parameters: RtpParameters,
  startBitrateKbps: number | undefined,
): MediaDescription {
  const sends = section.direction === 'sendrecv' || section.direction === 'sendonly';
  const codecs = section.kind === 'video' ? withStartBitrate(parameters.codecs, startBitrateKbps) : parameters.codecs;
  return {
    ...writeRtp(section, sends ? 'recvonly' : 'inactive', codecs, parameters),
    ...(sends && writeSimulcast(section, parameters)),
  };
}

function withStartBitrate(codecs: RtpCodec[], startBitrateKbps: number | undefined): RtpCodec[] {
  if (startBitrateKbps === undefined) return codecs;
  return codecs.map((codec) =>
    isMainCodec(codec)
      ? { ...codec, parameters: { ...codec.parameters, 'x-google-start-bitrate': startBitrateKbps } }
      : codec,
  );
}

/** Refused with its first codec and without feedback, as `inactive`: aiortc and GStreamer do not bear port 0 here. */
function withoutFeedback(codec: RtpCodec): RtpCodec {
  return { ...codec, rtcpFeedback: [] };
}

function writeRtp(
  section: ClientSection,
  direction: Direction,
  codecs: RtpCodec[],
  parameters?: Pick<RtpParameters, 'headerExtensions'>,
): MediaDescription {
  return writeRtpLines({
    type: section.mediaLine.type,
    protocol: section.mediaLine.protocol,
    mid: section.mid,
    direction,
    codecs,
    headerExtensions: (parameters?.headerExtensions ?? []).map((extension) => answerExtension(section, extension)),
    reducedSizeRtcp: section.reducedSizeRtcp,
  });
}

/** RFC 8285 section 5: what was offered as sendonly is answered with recvonly. */
function answerExtension(section: ClientSection, { uri, id }: { uri: string; id: number }) {
  const offered = section.headerExtensions.find((extension) => extension.uri === uri && extension.id === id);
  return { uri, id, ...(offered?.direction === 'sendonly' && { direction: 'recvonly' as const }) };
}

/** RFC 8853: each accepted rid is confirmed with direction recv, in the order of the offer. */
function writeSimulcast(section: ClientSection, { encodings = [] }: RtpParameters): Partial<MediaDescription> {
  const accepted = new Set(encodings.flatMap(({ rid }) => rid ?? []));
  const rids = section.ridsAsWritten.filter((rid) => accepted.has(rid));
  if (rids.length === 0) return {};
  return {
    rids: rids.map((id) => ({ id, direction: 'recv' })),
    simulcast: { dir1: 'recv', list1: rids.join(';') },
  };
}

/** A section that the client has given up stays so, in its place. */
function writeStopped(section: ClientSection): MediaDescription {
  const { type, protocol, formats } = section.mediaLine;
  const mapped = section.codecs.slice(0, 1);
  return {
    ...(section.kind === 'other' || mapped.length === 0
      ? { rtp: [], fmtp: [] }
      : writeRtp(section, 'inactive', mapped.map(withoutFeedback))),
    type,
    port: 0,
    protocol,
    payloads: formats,
    direction: 'inactive',
    ...(section.mid !== '' && { mid: section.mid }),
  };
}

/**
 * Data is not forwarded. The section is refused with port 0 and all its lines; only when it carries the transport of the
 * connection it stays open, and nobody answers SCTP.
 */
function writeData(section: ClientSection, isTag: boolean): MediaDescription {
  const { type, protocol, formats } = section.mediaLine;
  const { port, map } = section.sctp ?? {};
  const [sctpmapNumber, app, maxMessageSize] = (map ?? '').split(' ');
  return {
    type,
    port: isTag ? 9 : 0,
    protocol,
    payloads: formats,
    rtp: [],
    fmtp: [],
    ...(section.mid !== '' && { mid: section.mid }),
    ...(port !== undefined && { sctpPort: port }),
    ...(sctpmapNumber && app && { sctpmap: sctpmapLine(sctpmapNumber, app, maxMessageSize) }),
  };
}

function sctpmapLine(number: string, app: string, maxMessageSize: string | undefined) {
  return { sctpmapNumber: Number(number), app, ...(maxMessageSize && { maxMessageSize: Number(maxMessageSize) }) };
}
