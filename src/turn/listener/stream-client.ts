import type { Socket } from 'node:net';
import { turnLimits } from '../../shared/limits.ts';
import type { TurnEngine } from '../engine.ts';
import { metricIndex } from '../metrics.ts';
import type { TransportAddress } from '../net/ip-address.ts';
import type { Allocation } from '../relay/allocation.ts';
import type { TurnClient } from '../relay/turn-client.ts';
import { StreamFramer } from './stream-framer.ts';

/** One TCP or TLS connection. Its end is the end of its allocation (RFC 8656 section 8). */
export class StreamClient implements TurnClient {
  readonly transport: 'tcp' | 'tls';
  readonly remote: TransportAddress;
  readonly local: TransportAddress;
  allocation: Allocation | undefined;
  readonly #socket: Socket;
  readonly #engine: TurnEngine;
  readonly #idleTimeoutMs: number;
  /** Runs while the connection has no allocation: nobody may keep a connection for nothing. */
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: {
    transport: 'tcp' | 'tls';
    remote: TransportAddress;
    local: TransportAddress;
    socket: Socket;
    engine: TurnEngine;
    idleTimeoutMs: number;
  }) {
    this.transport = options.transport;
    this.remote = options.remote;
    this.local = options.local;
    this.#socket = options.socket;
    this.#engine = options.engine;
    this.#idleTimeoutMs = options.idleTimeoutMs;
  }

  start(): void {
    const framer = new StreamFramer((frame) => this.#handleFrame(frame));
    this.#socket.on('data', (chunk) => this.#receive(framer, chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => this.#handleClose());
    this.#startIdleTimer();
  }

  setAllocation(allocation: Allocation | undefined): void {
    this.allocation = allocation;
    clearTimeout(this.#idleTimer);
    if (allocation === undefined && !this.#socket.destroyed) this.#startIdleTimer();
  }

  /** A client that reads none of its replies is cut off: replies are not lost on a stream, and not hoarded either. */
  sendMessage(message: Buffer): void {
    if (this.#socket.writableLength > turnLimits.maxWriteBufferBytes) this.#socket.destroy();
    else this.#socket.write(message);
  }

  sendRelayed(header: Buffer, payload: Buffer): boolean {
    if (this.#socket.writableLength > turnLimits.maxWriteBufferBytes) return false;
    const end = header.length + payload.length;
    const frame = Buffer.allocUnsafe(end + (-end & 3));
    frame.set(header, 0);
    frame.set(payload, header.length);
    frame.fill(0, end);
    this.#socket.write(frame);
    return true;
  }

  #receive(framer: StreamFramer, chunk: Buffer): void {
    const understood = framer.push(chunk);
    const tooMuch = this.allocation === undefined && framer.wantedBytes > turnLimits.maxRequestBytes;
    if (understood && !tooMuch) return;
    this.#engine.services.context.metrics.add(metricIndex.droppedMalformed, 1);
    this.#socket.destroy();
  }

  /** Several frames of one read may follow the one at which the connection was given up. */
  #handleFrame(frame: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#engine.handle(this, frame);
  }

  #handleClose(): void {
    clearTimeout(this.#idleTimer);
    if (this.allocation !== undefined) this.#engine.services.allocations.remove(this.allocation);
  }

  #startIdleTimer(): void {
    this.#idleTimer = setTimeout(() => this.#socket.destroy(), this.#idleTimeoutMs);
    this.#idleTimer.unref();
  }
}
