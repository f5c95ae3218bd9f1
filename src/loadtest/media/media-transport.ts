import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { DtlsCertificate } from './dtls/certificate.ts';
import { DtlsClient } from './dtls/dtls-client.ts';
import type { LocalIce, RemoteTransport } from './sdp.ts';
import { keyingMaterialBytes, SrtpReceiver, SrtpSender, splitKeyingMaterial } from './srtp.ts';
import { encodeBindingRequest, isBindingSuccess, isStun } from './stun.ts';

const checkRetryMs = 100;
const mostCheckRetries = 50;
/** RFC 7675: consent is fresh for 30 seconds; a check every five is what browsers send. */
const consentMs = 5_000;
const socketBufferBytes = 1 << 20;

export interface MediaTransportEvents {
  onIceConnected: () => void;
  onConnected: () => void;
  onFailed: (reason: string) => void;
  /** An SRTP or SRTCP datagram, still sealed. */
  onMedia: (datagram: Buffer) => void;
}

/** One UDP flow to the server: ICE checks, the DTLS handshake, and the SRTP keys that come of it. */
export class MediaTransport {
  readonly localIce: LocalIce = {
    ufrag: randomBytes(3).toString('hex'),
    password: randomBytes(12).toString('hex'),
  };
  readonly #certificate: DtlsCertificate;
  readonly #events: MediaTransportEvents;
  readonly #tieBreaker = randomBytes(8).readBigUInt64BE();
  #socket: Socket | undefined;
  #remote: RemoteTransport | undefined;
  #dtls: DtlsClient | undefined;
  #check: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #iceConnected = false;
  #closed = false;
  sender: SrtpSender | undefined;
  receiver: SrtpReceiver | undefined;

  constructor(certificate: DtlsCertificate, events: MediaTransportEvents) {
    this.#certificate = certificate;
    this.#events = events;
  }

  /** Begins the checks, or takes new credentials after an ICE restart; the same remote again changes nothing. */
  connect(remote: RemoteTransport): void {
    if (this.#closed || this.#remote?.ufrag === remote.ufrag) return;
    this.#remote = remote;
    if (this.#socket) this.#sendCheck(0);
    else this.#open(remote);
  }

  #open(remote: RemoteTransport): void {
    const socket = createSocket({ type: 'udp4', recvBufferSize: socketBufferBytes });
    this.#socket = socket;
    socket.on('message', (datagram) => this.#receive(datagram));
    socket.on('error', (error) => this.#events.onFailed(error.message));
    socket.connect(remote.port, remote.address, () => this.#sendCheck(0));
  }

  send(datagram: Buffer): void {
    if (!this.#closed) this.#socket?.send(datagram, ignoreSendError);
  }

  close(): void {
    if (this.#closed) return;
    this.#dtls?.close();
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** RFC 7983: the first byte tells STUN, DTLS and SRTP apart. */
  #receive(datagram: Buffer): void {
    const first = datagram[0] ?? 0;
    if (first >= 128 && first <= 191) this.#events.onMedia(datagram);
    else if (first >= 20 && first <= 63) this.#dtls?.receive(datagram);
    else if (isStun(datagram)) this.#handleStun(datagram);
  }

  #sendCheck(retries: number): void {
    const remote = this.#remote;
    if (this.#closed || !remote) return;
    if (retries > mostCheckRetries) {
      this.#events.onFailed('ICE: no answer');
      return;
    }
    const username = `${remote.ufrag}:${this.localIce.ufrag}`;
    this.#check = encodeBindingRequest({ username, password: remote.password, tieBreaker: this.#tieBreaker });
    this.send(this.#check);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sendCheck(retries + 1), checkRetryMs);
  }

  #handleStun(datagram: Buffer): void {
    const remote = this.#remote;
    if (!remote || !this.#check || !isBindingSuccess(datagram, this.#check, remote.password)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sendCheck(0), consentMs);
    if (this.#iceConnected) return;
    this.#iceConnected = true;
    this.#events.onIceConnected();
    this.#startDtls(remote.fingerprint);
  }

  #startDtls(remoteFingerprint: string): void {
    this.#dtls = new DtlsClient({
      certificate: this.#certificate,
      remoteFingerprint,
      keyingMaterialBytes,
      send: (datagram) => this.send(datagram),
      onConnected: (material) => {
        const { client, server } = splitKeyingMaterial(material);
        this.sender = new SrtpSender(client);
        this.receiver = new SrtpReceiver(server);
        this.#events.onConnected();
      },
      onFailed: (reason) => this.#events.onFailed(`DTLS: ${reason}`),
    });
    this.#dtls.start();
  }
}

/** A refused datagram (the server has just closed the port) is as good as a lost one. */
function ignoreSendError(): void {}
