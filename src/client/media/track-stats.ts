import type { ServerConnection, TrackKind, TrackSource } from '../../protocol/models.ts';

/** One encoding of a published simulcast track. */
export interface LayerStats {
  rid: string;
  /** Bits per second. */
  bitrate: number;
  width?: number;
  height?: number;
  framesPerSecond?: number;
}

/** What is known about one track, sent or received. A field is absent when the browser does not tell. */
export interface TrackStats {
  direction: 'send' | 'receive';
  trackId: string;
  participantId: string;
  kind: TrackKind;
  source: TrackSource;
  /** MIME type. */
  codec?: string;
  /** Bits per second since the statistics before; 0 in the first. */
  bitrate: number;
  bytes: number;
  packets: number;
  packetsLost: number;
  /** Share of packets lost since the statistics before, 0 to 1. */
  loss: number;
  jitterMs?: number;
  roundTripTimeMs?: number;
  width?: number;
  height?: number;
  framesPerSecond?: number;
  framesEncoded?: number;
  framesDecoded?: number;
  framesDropped?: number;
  freezes?: number;
  /** 0 to 1. */
  audioLevel?: number;
  /** Why the encoder sends less than it could: `cpu`, `bandwidth`, `other` or `none`. */
  limitedBy?: string;
  /** Sent: its encodings in rising quality. */
  layers?: LayerStats[];
  /** Received: the layers that the server forwards. */
  layer?: { spatial: number; temporal: number };
}

/** How one peer connection reaches the server. */
export interface ConnectionStats {
  connection: ServerConnection;
  state: RTCPeerConnectionState;
  /** Of the own candidate: `host`, `srflx`, `prflx` or `relay`. */
  candidateType?: string;
  /** `udp` or `tcp`. */
  protocol?: string;
  /** How a relay is reached: `udp`, `tcp` or `tls`. */
  relayProtocol?: string;
  roundTripTimeMs?: number;
  /** Bits per second that the browser believes it can send. */
  availableOutgoingBitrate?: number;
  bytesSent: number;
  bytesReceived: number;
}

export interface ClientStats {
  /** Milliseconds since 1970. */
  at: number;
  connections: ConnectionStats[];
  tracks: TrackStats[];
}
