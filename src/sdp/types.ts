/**
 * The vocabulary between SDP and the SFU. The RTP shapes are structurally those of mediasoup (ORTC), declared here because
 * only `sfu/` imports mediasoup.
 */
export type MediaKind = 'audio' | 'video';
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
export type DtlsRole = 'auto' | 'client' | 'server';

export interface RtcpFeedback {
  type: string;
  parameter?: string;
}

export interface RtpCodec {
  /** For instance `video/VP8`, as the router or the client spells it; compared without regard to case. */
  mimeType: string;
  payloadType: number;
  clockRate: number;
  channels?: number;
  parameters?: Record<string, string | number>;
  rtcpFeedback?: RtcpFeedback[];
}

export interface RtpHeaderExtension {
  uri: string;
  id: number;
  encrypt?: boolean;
}

export interface RtpEncoding {
  ssrc?: number;
  rid?: string;
  rtx?: { ssrc: number };
  dtx?: boolean;
  scalabilityMode?: string;
  /** Bits per second. */
  maxBitrate?: number;
}

export interface RtpParameters {
  mid?: string;
  codecs: RtpCodec[];
  headerExtensions?: RtpHeaderExtension[];
  encodings?: RtpEncoding[];
  rtcp?: { cname?: string; reducedSize?: boolean };
  msid?: string;
}

/** What the router of a room can carry, as mediasoup's `router.rtpCapabilities` tells it. */
export interface RouterCapabilities {
  codecs: {
    kind: MediaKind;
    mimeType: string;
    preferredPayloadType: number;
    clockRate: number;
    channels?: number;
    parameters?: Record<string, unknown>;
    rtcpFeedback?: RtcpFeedback[];
  }[];
  headerExtensions: { kind: MediaKind; uri: string; preferredId: number; direction?: Direction }[];
}

export interface IceParameters {
  usernameFragment: string;
  password: string;
}

export interface DtlsFingerprint {
  /** Lower-case hash name, for instance `sha-256`. */
  algorithm: string;
  /** Upper-case hexadecimal pairs joined by colons. */
  value: string;
}

export interface DtlsParameters {
  role: DtlsRole;
  fingerprints: DtlsFingerprint[];
}

export interface IceCandidate {
  foundation: string;
  priority: number;
  /** A literal address, never a host name. */
  address: string;
  port: number;
  protocol: 'udp' | 'tcp';
  type: 'host';
  tcpType?: 'passive';
}

/** The server's side of a transport, as it is written into every description that the server makes. */
export interface ServerTransport {
  iceParameters: IceParameters;
  iceCandidates: IceCandidate[];
  dtlsParameters: DtlsParameters;
}

/** A header extension as a client declares it, with the directions it may be used in from the client's point of view. */
export interface ClientHeaderExtension extends RtpHeaderExtension {
  direction: Direction;
}

/** One simulcast encoding of a client. */
export interface ClientRid {
  rid: string;
  maxBitrate?: number;
  paused: boolean;
}

/** One m-section of a client's description, in document order. */
export interface ClientSection {
  /** Position among the m-lines, from 0. */
  index: number;
  /** Empty only where a stopped section came without one. */
  mid: string;
  kind: MediaKind | 'application' | 'other';
  /** True when the section carries or may carry media: not stopped (port 0 without bundle-only) and not inactive. */
  live: boolean;
  /** Port 0 without bundle-only: the client has given the section up, or has refused it. */
  stopped: boolean;
  /** The client's BUNDLE group names the section. */
  bundled: boolean;
  direction: Direction;
  codecs: RtpCodec[];
  headerExtensions: ClientHeaderExtension[];
  /** Simulcast encodings in rising quality; empty without simulcast. */
  rids: ClientRid[];
  /** The same rids in the order in which the client listed them. */
  ridsAsWritten: string[];
  /** Primary stream ids with their RTX partner, simulcast ones in rising quality; empty for pure rid simulcast. */
  ssrcs: { ssrc: number; rtxSsrc?: number }[];
  cname?: string;
  /** `streamId trackId` of the first a=msid, if any. */
  msid?: string;
  /** `a=rtcp-rsize`. */
  reducedSizeRtcp: boolean;
  /** The m-line's own words, which an answer has to repeat. */
  mediaLine: { type: string; protocol: string; formats: string };
  /** The SCTP lines of a data section, repeated when it is refused. */
  sctp?: { port?: number; map?: string };
}

/** A client's description: what it sends or receives, and how to reach it. */
export interface ClientDescription {
  /** Those of the BUNDLE tag's section; empty strings when every section is stopped. */
  ice: IceParameters;
  /** Without fingerprints when every section is stopped: no transport is left. */
  dtls: DtlsParameters;
  sections: ClientSection[];
  /** Mids of the BUNDLE group in its order, the tag first; empty when there is no group. */
  bundle: string[];
}

/** One m-section of the server's subscribe offer. It keeps its mid and position for the life of the connection. */
export interface SubscribeSection {
  mid: string;
  kind: MediaKind;
  /** The consumer's parameters, or undefined when nobody uses the section now (written as inactive). */
  rtpParameters?: RtpParameters;
  /** Parameters the section had last, so that an inactive section still names valid codecs. */
  lastRtpParameters: RtpParameters;
  /** Groups microphone and camera of one participant, so that browsers synchronise them. */
  streamId: string;
  trackId: string;
}
