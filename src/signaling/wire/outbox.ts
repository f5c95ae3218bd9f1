import type { Writable } from 'node:stream';
import type { HubCounters } from '../../shared/tally.ts';
import { pongFrame } from '../websocket/frame-header.ts';
import type { EventBatch } from './event-batch.ts';
import type { FrameEncoding } from './frame-encoding.ts';
import { type OutboxEntry, QueuedEvents, QueuedFrame, queuedPing } from './outbox-entry.ts';
import type { SendArena } from './send-arena.ts';
import type { SingleEvent } from './single-event.ts';
import type { TurnFlusher } from './turn-flusher.ts';

interface OutboxOptions {
  /** The raw socket under the WebSocket; frames are written to it directly, in the order of the calls. */
  socket: Writable;
  flusher: TurnFlusher;
  counters: HubCounters;
  /** What the client has asked for; plain JSON in text frames when absent. */
  encoding?: FrameEncoding | undefined;
  /** Bytes that may wait in the socket. */
  maxQueueBytes: number;
  /** Called once, when the socket has more waiting than it may; what was to be sent is dropped. */
  onOverflow: () => void;
}

/**
 * What one socket has to get. It is collected during a turn of the event loop and leaves in one write, because the price
 * of a write to the kernel is most of what sending costs. A peer that does not read is found here.
 */
export class Outbox {
  readonly #socket: Writable;
  readonly #flusher: TurnFlusher;
  readonly #counters: HubCounters;
  readonly #maxQueueBytes: number;
  readonly #onOverflow: () => void;
  /** Undefined for plain JSON in text frames. */
  readonly encoding: FrameEncoding | undefined;
  readonly #entries: OutboxEntry[] = [];
  #pendingBytes = 0;
  #worthSharing = false;
  #listed = false;
  #overflowed = false;
  #afterFlush: (() => void) | undefined;

  constructor({ socket, flusher, counters, encoding, maxQueueBytes, onOverflow }: OutboxOptions) {
    this.#socket = socket;
    this.#flusher = flusher;
    this.#counters = counters;
    this.encoding = encoding;
    this.#maxQueueBytes = maxQueueBytes;
    this.#onOverflow = onOverflow;
  }

  /** Bytes that the socket has not passed to the kernel yet. */
  get queuedBytes(): number {
    return this.#socket.writableLength + this.#pendingBytes;
  }

  /** Queues what one JSON text says as a frame of its own; its parts are put together here. */
  pushText(parts: readonly string[]): void {
    const { encoding } = this;
    const frame = encoding ? new QueuedFrame(encoding.encodeText(parts.join(''))) : this.#flusher.frames.add(parts);
    this.#push(frame, 1);
  }

  /**
   * Queues events of a batch. After an overflow no more are taken: a peer must not see one without those that were
   * dropped before it.
   */
  pushEvents(batch: EventBatch, from: number, to: number, firstSeq: number): void {
    if (this.#overflowed) return;
    const { encoding } = this;
    const frames = encoding ? batch.encodedAs(encoding) : batch;
    this.#push(new QueuedEvents(frames, from, to, firstSeq), to - from);
  }

  pushEvent({ head, seq }: SingleEvent): void {
    if (this.#overflowed) return;
    this.pushText([head, `${seq}}`]);
  }

  pushPing(): void {
    this.#push(queuedPing, 0);
  }

  /** Answers a ping with what stood in it (RFC 6455, section 5.5.3). */
  pushPong(payload: Buffer): void {
    this.#push(new QueuedFrame(pongFrame(payload)), 0);
  }

  /** Takes nothing more, and calls `done` when what was queued so far has been given to the socket. */
  finish(done: () => void): void {
    this.#afterFlush = done;
    this.#list();
  }

  /** Called by the flusher at the end of the turn. */
  flush(arena: SendArena): void {
    this.#listed = false;
    if (this.#entries.length > 0) this.#send(arena);
    // An overflow leaves a last word, which has to be sent first.
    if (this.#entries.length === 0) this.#afterFlush?.();
  }

  #push(entry: OutboxEntry, frames: number): void {
    if (this.#afterFlush) return;
    this.#entries.push(entry);
    this.#pendingBytes += entry.byteLength;
    this.#worthSharing ||= entry.worthSharing;
    this.#counters.framesSent += frames;
    this.#list();
  }

  #list(): void {
    if (this.#listed) return;
    this.#listed = true;
    this.#flusher.addOutbox(this);
  }

  #send(arena: SendArena): void {
    const overflows = this.#overflows();
    if (!overflows && !this.#socket.destroyed) this.#write(arena);
    this.#entries.length = 0;
    this.#pendingBytes = 0;
    this.#worthSharing = false;
    if (!overflows || this.#overflowed) return;
    this.#overflowed = true;
    this.#flusher.defer(this.#onOverflow);
  }

  /**
   * A peer that has read everything so far is never cut, however much it gets at once. The last words of a connection
   * that is being closed are short; they may go beyond the bound.
   */
  #overflows(): boolean {
    const waiting = this.#socket.writableLength;
    return waiting > 0 && waiting + this.#pendingBytes > this.#maxQueueBytes && !this.#afterFlush;
  }

  #write(arena: SendArena): void {
    const socket = this.#socket;
    const counters = this.#counters;
    counters.bytesSent += this.#pendingBytes;
    counters.writes += 1;
    if (this.#worthSharing) {
      this.#writeInParts();
    } else if (socket.writableLength > 0) {
      // A piece of shared memory would stay whole for as long as this socket keeps its small part.
      socket.write(this.#fill(Buffer.allocUnsafeSlow(this.#pendingBytes)));
    } else {
      const piece = this.#piece(arena);
      socket.write(piece);
      if (socket.writableLength > 0) arena.keep(piece);
    }
  }

  #piece(arena: SendArena): Buffer {
    const [only] = this.#entries;
    if (this.#entries.length === 1 && only instanceof QueuedEvents) return arena.takeEvents(only);
    return this.#fill(arena.take(this.#pendingBytes));
  }

  #fill(target: Buffer): Buffer {
    let offset = 0;
    for (const entry of this.#entries) offset = entry.copyTo(target, offset);
    return target;
  }

  #writeInParts(): void {
    const socket = this.#socket;
    socket.cork();
    for (const entry of this.#entries) for (const chunk of entry.chunks()) socket.write(chunk);
    socket.uncork();
  }
}
