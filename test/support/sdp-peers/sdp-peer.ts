/** What a foreign client is told to do to its peer connection before it makes an offer. */
export type PeerAction =
  | 'addMicrophone'
  | 'addCamera'
  | 'addSimulcastCamera'
  | 'addScreenWithAudio'
  | 'addDataChannel'
  /** Takes the newest camera away and leaves its section (`removeTrack`). */
  | 'removeCamera'
  /** Gives the newest camera's section up (`transceiver.stop()`). */
  | 'stopCamera'
  /** New ICE credentials in the next offer. */
  | 'restartIce';

/** One peer connection in a foreign client. Each method rejects with what the client itself says. */
export interface SdpPeer {
  perform(action: PeerAction): Promise<void>;
  /** Creates an offer and takes it as the local description. */
  createOffer(): Promise<string>;
  /** Takes an answer to the offer as the remote description. */
  acceptAnswer(sdp: string): Promise<void>;
  /** Takes an offer as the remote description, creates the answer and takes it as the local one. */
  answerOffer(sdp: string): Promise<string>;
  close(): Promise<void>;
}

export interface PeerOptions {
  /** Browsers only; `max-bundle` by default, with which Chromium cannot stop its last section. */
  bundlePolicy?: 'balanced' | 'max-bundle';
}

export type SdpClientName = 'chromium' | 'firefox' | 'aiortc' | 'gstreamer';

/** A program that speaks SDP, driven from a test. */
export interface SdpClient {
  readonly name: SdpClientName;
  readonly version: string;
  /** Actions that the program cannot do; scenarios with them are left out. */
  readonly unsupported: readonly PeerAction[];
  openPeer(options?: PeerOptions): Promise<SdpPeer>;
  close(): Promise<void>;
}
