import { createECDH, createHash, randomBytes, sign, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import { type DtlsCertificate, fingerprintOf } from './certificate.ts';
import {
  clientHello,
  encodeHandshake,
  type HandshakeMessage,
  HandshakeReassembly,
  messageType,
  readCertificate,
  readServerHello,
  readServerKeyExchange,
  type ServerHello,
  uint,
  vector,
} from './handshake-messages.ts';
import { prf } from './prf.ts';
import { contentType, openRecord, type RecordKey, RecordWriter, readRecords } from './records.ts';

const firstRetransmitMs = 500;
const lastRetransmitMs = 8_000;
const verifyDataBytes = 12;
const ecdsaSha256 = 0x0403;
const closeNotify = Buffer.from([1, 0]);

export interface DtlsClientOptions {
  certificate: DtlsCertificate;
  /** From the other side’s SDP: `sha-256 AB:CD:…`. */
  remoteFingerprint: string;
  keyingMaterialBytes: number;
  send: (datagram: Buffer) => void;
  /** The handshake is complete; the keying material is for SRTP (RFC 5764). */
  onConnected: (keyingMaterial: Buffer) => void;
  onFailed: (reason: string) => void;
}

/**
 * The client side of a DTLS 1.2 handshake with ECDHE and a certificate on both sides: the one that WebRTC needs, and no
 * more. A library in plain JavaScript spends 13 ms of CPU on each connection; this spends about one, nearly all of it
 * in OpenSSL, and that decides how many participants one core can carry.
 */
export class DtlsClient {
  readonly #options: DtlsClientOptions;
  readonly #writer = new RecordWriter();
  readonly #incoming = new HandshakeReassembly();
  readonly #random = randomBytes(32);
  readonly #ecdh = createECDH('prime256v1');
  #transcript: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sendSequence = 0;
  #hello: ServerHello | undefined;
  #serverCertificate: X509Certificate | undefined;
  #serverPublicKey: Buffer | undefined;
  #master: Buffer | undefined;
  #writeKey: RecordKey | undefined;
  #readKey: RecordKey | undefined;
  #state: 'shaking' | 'connected' | 'closed' = 'shaking';

  constructor(options: DtlsClientOptions) {
    this.#options = options;
  }

  start(): void {
    this.#sendHello(Buffer.alloc(0));
  }

  /** Takes a datagram whose first byte says that it is DTLS (RFC 7983). */
  receive(datagram: Buffer): void {
    try {
      for (const record of readRecords(datagram)) {
        const content = record.epoch === 0 ? record.body : this.#readKey && openRecord(record, this.#readKey);
        if (content) this.#handleContent(record.type, record.epoch, content);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  close(): void {
    if (this.#state === 'connected') {
      this.#options.send(this.#writer.write(contentType.alert, 1, closeNotify, this.#writeKey));
    }
    this.#state = 'closed';
    clearTimeout(this.#timer);
  }

  #fail(reason: string): void {
    if (this.#state === 'closed') return;
    this.close();
    this.#options.onFailed(reason);
  }

  #handleContent(type: number, epoch: number, content: Buffer): void {
    if (type === contentType.alert && content[0] === 2) this.#fail(`alert ${content[1]}`);
    if (type !== contentType.handshake || this.#state !== 'shaking') return;
    this.#incoming.add(content);
    for (let message = this.#incoming.take(); message; message = this.#incoming.take()) {
      if ((message.type === messageType.finished) !== (epoch === 1)) throw new Error('message in a wrong epoch');
      this.#handleMessage(message);
    }
  }

  #handleMessage(message: HandshakeMessage): void {
    if (message.type === messageType.helloVerifyRequest) this.#repeatHello(message.body);
    else if (message.type === messageType.finished) this.#finish(message.body);
    else this.#handleTranscribed(message);
  }

  /** The first exchange, without a cookie, is not a part of the transcript (RFC 6347, section 4.2.1). */
  #repeatHello(body: Buffer): void {
    this.#transcript = [];
    this.#sendHello(body.subarray(3, 3 + body.readUInt8(2)));
  }

  #handleTranscribed(message: HandshakeMessage): void {
    const { type, body } = message;
    this.#transcript.push(encodeHandshake(message));
    if (type === messageType.serverHello) this.#hello = readServerHello(body);
    if (type === messageType.certificate) this.#takeCertificate(readCertificate(body));
    if (type === messageType.serverKeyExchange) this.#takeKeyExchange(body);
    if (type === messageType.serverHelloDone) this.#sendKeys();
  }

  #takeCertificate(der: Buffer): void {
    if (fingerprintOf(der).toUpperCase() !== this.#options.remoteFingerprint.toUpperCase()) {
      throw new Error('the certificate is not the one in the SDP');
    }
    this.#serverCertificate = new X509Certificate(der);
  }

  #takeKeyExchange(body: Buffer): void {
    const { publicKey, parameters, signature } = readServerKeyExchange(body);
    const { hello, certificate } = this.#requireServer();
    const signed = Buffer.concat([this.#random, hello.random, parameters]);
    if (!verify('sha256', signed, certificate.publicKey, signature)) throw new Error('bad signature');
    this.#serverPublicKey = publicKey;
  }

  #requireServer(): { hello: ServerHello; certificate: X509Certificate } {
    if (!this.#hello?.srtp) throw new Error('no common SRTP profile');
    if (!this.#serverCertificate) throw new Error('no certificate');
    return { hello: this.#hello, certificate: this.#serverCertificate };
  }

  #sendHello(cookie: Buffer): void {
    const hello = this.#message(messageType.clientHello, clientHello(this.#random, cookie));
    this.#sendFlight([{ type: contentType.handshake, epoch: 0, content: hello }]);
  }

  /** Certificate, key exchange and proof of the key, then everything under the new keys (RFC 5246, section 7.3). */
  #sendKeys(): void {
    const { certificate } = this.#options;
    const publicKey = this.#ecdh.generateKeys();
    const messages = [
      this.#message(messageType.certificate, vector(3, vector(3, certificate.der))),
      this.#message(messageType.clientKeyExchange, vector(1, publicKey)),
    ];
    this.#deriveKeys();
    const proof = sign('sha256', Buffer.concat(this.#transcript), certificate.privateKey);
    messages.push(
      this.#message(messageType.certificateVerify, Buffer.concat([uint(ecdsaSha256, 2), vector(2, proof)])),
    );
    const finished = this.#message(messageType.finished, this.#verifyData('client finished'));
    this.#sendFlight([
      ...messages.map((content) => ({ type: contentType.handshake, epoch: 0 as const, content })),
      { type: contentType.changeCipherSpec, epoch: 0, content: Buffer.from([1]) },
      { type: contentType.handshake, epoch: 1, content: finished },
    ]);
  }

  #deriveKeys(): void {
    const { hello } = this.#requireServer();
    if (!this.#serverPublicKey) throw new Error('no key exchange');
    const secret = this.#ecdh.computeSecret(this.#serverPublicKey);
    // RFC 7627 binds the master secret to the whole handshake so far.
    this.#master = hello.extendedMasterSecret
      ? prf(secret, 'extended master secret', this.#transcriptHash(), 48)
      : prf(secret, 'master secret', Buffer.concat([this.#random, hello.random]), 48);
    const block = prf(this.#master, 'key expansion', Buffer.concat([hello.random, this.#random]), 40);
    this.#writeKey = { key: block.subarray(0, 16), salt: block.subarray(32, 36) };
    this.#readKey = { key: block.subarray(16, 32), salt: block.subarray(36, 40) };
  }

  #finish(body: Buffer): void {
    const { hello } = this.#requireServer();
    if (!this.#master) throw new Error('finished too early');
    const expected = this.#verifyData('server finished');
    if (body.length !== expected.length || !timingSafeEqual(body, expected)) throw new Error('bad finished message');
    this.#state = 'connected';
    clearTimeout(this.#timer);
    const seed = Buffer.concat([this.#random, hello.random]);
    this.#options.onConnected(prf(this.#master, 'EXTRACTOR-dtls_srtp', seed, this.#options.keyingMaterialBytes));
  }

  #verifyData(label: string): Buffer {
    return prf(this.#master ?? Buffer.alloc(0), label, this.#transcriptHash(), verifyDataBytes);
  }

  #transcriptHash(): Buffer {
    const hash = createHash('sha256');
    for (const message of this.#transcript) hash.update(message);
    return hash.digest();
  }

  #message(type: number, body: Buffer): Buffer {
    const encoded = encodeHandshake({ type, sequence: this.#sendSequence++, body });
    this.#transcript.push(encoded);
    return encoded;
  }

  #sendFlight(records: { type: number; epoch: 0 | 1; content: Buffer }[]): void {
    clearTimeout(this.#timer);
    const transmit = (waitMs: number): void => {
      const flight = records.map(({ type, epoch, content }) =>
        this.#writer.write(type, epoch, content, this.#writeKey),
      );
      this.#options.send(Buffer.concat(flight));
      this.#timer = setTimeout(() => this.#retransmit(transmit, waitMs), waitMs);
    };
    transmit(firstRetransmitMs);
  }

  #retransmit(transmit: (waitMs: number) => void, waitedMs: number): void {
    if (waitedMs > lastRetransmitMs) this.#fail('no answer');
    else transmit(waitedMs * 2);
  }
}
