/** What the client needs of a WebSocket: the browsers' one, Node's own and that of `ws` all have it. */
export interface WebSocketLike {
  readonly readyState: number;
  /** Set to `arraybuffer` when frames are not text. */
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

export type WebSocketConstructor = new (url: string, protocols: string) => WebSocketLike;

/** How frames are written that are not JSON text. */
export interface FrameEncoding {
  readonly subprotocol: string;
  /** The frame that says what a JSON text says. */
  encode(text: string): Uint8Array<ArrayBuffer>;
  /** What a frame says; throws on what it cannot read. */
  decode(data: ArrayBuffer): unknown;
}

/** What the client needs of an RTCRtpTransceiver. */
export interface Transceiver {
  readonly mid: string | null;
  direction: RTCRtpTransceiverDirection;
  readonly currentDirection: RTCRtpTransceiverDirection | null;
  readonly sender: Pick<RTCRtpSender, 'track' | 'replaceTrack' | 'getParameters' | 'setParameters'>;
  readonly receiver: Pick<RTCRtpReceiver, 'track'>;
  setCodecPreferences?(codecs: RTCRtpCodec[]): void;
}

/** What the client needs of an RTCPeerConnection. */
export interface PeerConnection {
  readonly connectionState: RTCPeerConnectionState;
  readonly iceConnectionState: RTCIceConnectionState;
  readonly signalingState: RTCSignalingState;
  addTransceiver(track: MediaStreamTrack, init: RTCRtpTransceiverInit): Transceiver;
  getTransceivers(): Transceiver[];
  createOffer(options?: RTCOfferOptions): Promise<RTCSessionDescriptionInit>;
  createAnswer(): Promise<RTCSessionDescriptionInit>;
  setLocalDescription(description: RTCSessionDescriptionInit): Promise<void>;
  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
  getConfiguration(): RTCConfiguration;
  setConfiguration(configuration: RTCConfiguration): void;
  getStats(): Promise<RTCStatsReport>;
  addEventListener(type: 'connectionstatechange' | 'iceconnectionstatechange', listener: () => void): void;
  close(): void;
}

export type PeerConnectionFactory = (configuration: RTCConfiguration) => PeerConnection;
