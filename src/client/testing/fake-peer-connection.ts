import type { PeerConnection, Transceiver } from '../platform.ts';

type Description = RTCSessionDescriptionInit;

/** A MediaStreamTrack as far as the client looks at it. */
class FakeMediaTrack extends EventTarget {
  static #count = 0;
  readonly kind: 'audio' | 'video';
  readonly id: string;
  enabled = true;
  contentHint = '';
  readonly #size: { width: number; height: number };

  constructor(kind: 'audio' | 'video', size = { width: 1280, height: 720 }) {
    super();
    FakeMediaTrack.#count += 1;
    this.id = `media-${FakeMediaTrack.#count}`;
    this.kind = kind;
    this.#size = size;
  }

  getSettings() {
    return this.kind === 'video' ? this.#size : {};
  }

  /** As when the device is unplugged. */
  end(): void {
    this.dispatchEvent(new Event('ended'));
  }
}

/** For interfaces that want the real type. */
export function mediaTrack(kind: 'audio' | 'video', size?: { width: number; height: number }) {
  const fake = new FakeMediaTrack(kind, size);
  return fake as unknown as MediaStreamTrack & FakeMediaTrack;
}

export class FakeTransceiver implements Transceiver {
  mid: string | null = null;
  direction: RTCRtpTransceiverDirection;
  currentDirection: RTCRtpTransceiverDirection | null = null;
  readonly encodings: RTCRtpEncodingParameters[];
  readonly kind: 'audio' | 'video';
  readonly receiver: { track: MediaStreamTrack };
  readonly #sender: { track: MediaStreamTrack | null };

  constructor(kind: 'audio' | 'video', init: RTCRtpTransceiverInit = {}, track: MediaStreamTrack | null = null) {
    this.kind = kind;
    this.direction = init.direction ?? 'recvonly';
    this.encodings = init.sendEncodings ?? [{}];
    this.#sender = { track };
    this.receiver = { track: mediaTrack(kind) };
  }

  get sender(): Transceiver['sender'] {
    const state = this.#sender;
    const parameters = () => ({ encodings: this.encodings }) as RTCRtpSendParameters;
    return {
      get track() {
        return state.track;
      },
      replaceTrack: async (track) => {
        state.track = track;
      },
      getParameters: parameters,
      setParameters: async ({ encodings }) => {
        this.encodings.splice(0, this.encodings.length, ...encodings);
      },
    };
  }
}

/**
 * A peer connection without media that keeps the rules of JSEP which the client relies on: mids come with the local
 * description, sections are appended, rollback takes an offer back, a closed connection refuses everything.
 */
export class FakePeerConnection implements PeerConnection {
  connectionState: RTCPeerConnectionState = 'new';
  iceConnectionState: RTCIceConnectionState = 'new';
  signalingState: RTCSignalingState = 'stable';
  configuration: RTCConfiguration;
  readonly transceivers: FakeTransceiver[] = [];
  readonly operations: string[] = [];
  remoteSdp = '';
  /** Makes the next call of that operation fail. */
  failing: string | undefined;
  #ufrag = 1;
  #listeners = new Map<string, (() => void)[]>();

  constructor(configuration: RTCConfiguration) {
    this.configuration = configuration;
  }

  addTransceiver(track: MediaStreamTrack, init: RTCRtpTransceiverInit): Transceiver {
    const transceiver = new FakeTransceiver(track.kind === 'audio' ? 'audio' : 'video', init, track);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): Transceiver[] {
    return this.transceivers;
  }

  async createOffer(options: RTCOfferOptions = {}): Promise<Description> {
    this.#note('createOffer');
    if (options.iceRestart) this.#ufrag += 1;
    const sections = this.transceivers.map(
      ({ kind, direction }, index) =>
        `m=${kind} 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:${index}\r\na=${direction}\r\na=rtpmap:111 ${kind === 'audio' ? 'opus/48000/2' : 'VP8/90000'}\r\n`,
    );
    return { type: 'offer', sdp: `v=0\r\na=ice-ufrag:c${this.#ufrag}\r\n${sections.join('')}` };
  }

  async createAnswer(): Promise<Description> {
    this.#note('createAnswer');
    return { type: 'answer', sdp: `${this.remoteSdp}` };
  }

  async setLocalDescription({ type }: Description): Promise<void> {
    this.#note(`setLocal ${type}`);
    if (type === 'rollback') {
      this.signalingState = 'stable';
      return;
    }
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
    for (const [index, transceiver] of this.transceivers.entries()) transceiver.mid = String(index);
  }

  async setRemoteDescription({ type, sdp = '' }: Description): Promise<void> {
    this.#note(`setRemote ${type}`);
    this.remoteSdp = sdp;
    this.signalingState = type === 'answer' ? 'stable' : 'have-remote-offer';
    if (type === 'offer') this.#receive(sdp);
  }

  getConfiguration(): RTCConfiguration {
    return this.configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#note('setConfiguration');
    this.configuration = configuration;
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map() as RTCStatsReport;
  }

  addEventListener(type: string, listener: () => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.connectionState = 'closed';
    this.signalingState = 'closed';
  }

  get closed(): boolean {
    return this.signalingState === 'closed';
  }

  setIceState(state: RTCIceConnectionState): void {
    this.iceConnectionState = state;
    this.#tell('iceconnectionstatechange');
  }

  setConnectionState(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.#tell('connectionstatechange');
  }

  /** Makes a receiving transceiver for every section that is new. */
  #receive(sdp: string): void {
    const sections = sdp.split(/^(?=m=)/m).slice(1);
    for (const section of sections.slice(this.transceivers.length)) {
      const transceiver = new FakeTransceiver(section.startsWith('m=audio') ? 'audio' : 'video');
      transceiver.mid = /a=mid:(\S+)/.exec(section)?.[1] ?? null;
      this.transceivers.push(transceiver);
    }
  }

  #note(operation: string): void {
    if (this.closed) throw new DOMException('The connection is closed.', 'InvalidStateError');
    this.operations.push(operation);
    if (this.failing !== operation) return;
    this.failing = undefined;
    throw new DOMException('refused by the test', 'OperationError');
  }

  #tell(type: string): void {
    for (const listener of this.#listeners.get(type) ?? []) listener();
  }
}

/** Every peer connection that a client under test makes. */
export class FakePeerConnections {
  readonly all: FakePeerConnection[] = [];

  readonly create = (configuration: RTCConfiguration): PeerConnection => {
    const connection = new FakePeerConnection(configuration);
    this.all.push(connection);
    return connection;
  };

  get open(): FakePeerConnection[] {
    return this.all.filter(({ closed }) => !closed);
  }
}
