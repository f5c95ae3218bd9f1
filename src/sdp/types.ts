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

/** One m-section of a client's description, in document order. */
export interface ClientSection {
  /** Position among the m-lines, from 0. */
  index: number;
  mid: string;
  kind: MediaKind | 'application' | 'other';
  /** True when the section carries or may carry media: not stopped (port 0 without bundle-only) and not inactive. */
  live: boolean;
  direction: Direction;
  codecs: RtpCodec[];
  headerExtensions: RtpHeaderExtension[];
  /** Simulcast encodings in rising quality; empty without simulcast. */
  rids: { rid: string; maxBitrate?: number; paused: boolean }[];
  /** Primary stream ids with their RTX partner; empty where the client sends none (pure rid simulcast). */
  ssrcs: { ssrc: number; rtxSsrc?: number }[];
  cname?: string;
  /** `streamId trackId` of the first a=msid, if any. */
  msid?: string;
}

export interface ClientDescription {
  /** Those of the BUNDLE tag's section. */
  ice: IceParameters;
  dtls: DtlsParameters;
  sections: ClientSection[];
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
