import type { MediaDescription, SessionDescription } from 'sdp-transform';
import { writeCodecParameters } from './codec-parameters.ts';
import type { Direction, IceCandidate, RtpCodec, RtpHeaderExtension, ServerTransport } from './types.ts';

/** Discard: the port of a section whose address is told by candidates (RFC 8839 section 4.2.1.1). */
const discardPort = 9;

export type DtlsSetup = 'active' | 'passive' | 'actpass';

export interface SessionHeader {
  sessionId: string;
  sessionVersion: number;
  /** Mids of the BUNDLE group; no group line when empty. */
  bundle: readonly string[];
}

/** The lines before the first m-line. mediasoup is ICE-lite, and a browser that is not told waits for its checks. */
export function writeSession({ sessionId, sessionVersion, bundle }: SessionHeader): Omit<SessionDescription, 'media'> {
  return {
    version: 0,
    origin: { username: '-', sessionId, sessionVersion, netType: 'IN', ipVer: 4, address: '127.0.0.1' },
    name: '-',
    timing: { start: 0, stop: 0 },
    icelite: 'ice-lite',
    ...(bundle.length > 0 && { groups: [{ type: 'BUNDLE', mids: bundle.join(' ') }] }),
    msidSemantic: { semantic: 'WMS', token: '*' },
  };
}

export interface TransportLines {
  transport: ServerTransport;
  setup: DtlsSetup;
  /** In an answer the section of the BUNDLE tag tells the candidates for all (RFC 9143 section 7.3). */
  withCandidates: boolean;
}

/** Credentials, fingerprint and role, which some clients miss in any section that lacks them, refused ones included. */
export function writeTransportLines({ transport, setup, withCandidates }: TransportLines): Partial<MediaDescription> {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  const fingerprint =
    dtlsParameters.fingerprints.find(({ algorithm }) => algorithm.toLowerCase() === 'sha-256') ??
    dtlsParameters.fingerprints.at(-1);
  return {
    connection: { version: 4, ip: '0.0.0.0' },
    iceUfrag: iceParameters.usernameFragment,
    icePwd: iceParameters.password,
    ...(fingerprint && {
      fingerprint: { type: fingerprint.algorithm.toLowerCase(), hash: fingerprint.value.toUpperCase() },
    }),
    setup,
    ...(withCandidates && { candidates: iceCandidates.map(writeCandidate) }),
  };
}

function writeCandidate(candidate: IceCandidate): NonNullable<MediaDescription['candidates']>[number] {
  const { foundation, priority, address, port, protocol, type, tcpType } = candidate;
  return {
    foundation,
    component: 1,
    transport: protocol,
    priority,
    ip: address,
    port,
    type,
    ...(protocol === 'tcp' && { tcptype: tcpType ?? 'passive' }),
  };
}

export interface RtpLines {
  type: string;
  protocol: string;
  mid: string;
  direction: Direction;
  codecs: readonly RtpCodec[];
  headerExtensions: readonly (RtpHeaderExtension & { direction?: Direction })[];
  reducedSizeRtcp: boolean;
}

/** The m-line and what describes its RTP. */
export function writeRtpLines(lines: RtpLines): MediaDescription {
  return {
    type: lines.type,
    port: discardPort,
    protocol: lines.protocol,
    payloads: lines.codecs.map(({ payloadType }) => payloadType).join(' '),
    mid: lines.mid,
    direction: lines.direction,
    rtcpMux: 'rtcp-mux',
    ...(lines.reducedSizeRtcp && { rtcpRsize: 'rtcp-rsize' }),
    rtp: lines.codecs.map(writeMapping),
    fmtp: lines.codecs.flatMap(writeFmtp),
    rtcpFb: lines.codecs.flatMap(writeFeedback),
    ext: lines.headerExtensions.map(({ id, uri, direction }) => ({ value: id, uri, ...(direction && { direction }) })),
  };
}

function writeMapping({ payloadType, mimeType, clockRate, channels = 1 }: RtpCodec): MediaDescription['rtp'][number] {
  const codec = mimeType.slice(mimeType.indexOf('/') + 1);
  return { payload: payloadType, codec, rate: clockRate, ...(channels > 1 && { encoding: channels }) };
}

function writeFmtp({ payloadType, parameters }: RtpCodec): MediaDescription['fmtp'] {
  const config = writeCodecParameters(parameters);
  return config === '' ? [] : [{ payload: payloadType, config }];
}

function writeFeedback({ payloadType, rtcpFeedback = [] }: RtpCodec): NonNullable<MediaDescription['rtcpFb']> {
  return rtcpFeedback.map(({ type, parameter }) => ({
    payload: payloadType,
    type,
    ...(parameter && { subtype: parameter }),
  }));
}
