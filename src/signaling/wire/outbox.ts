import type { Writable } from 'node:stream';
import type { HubCounters } from '../../shared/tally.ts';
import type { EventBatch, EventRange } from './event-batch.ts';
import type { SendArena } from './send-arena.ts';
import { pingFrame, textHeaderBytes, writeTextHeader } from './text-frame.ts';
import type { TurnFlusher } from './turn-flusher.ts';

/** Frames larger than this on average are written without being copied for each receiver. */
const shareAboveBytes = 8_192;

interface QueuedEvents extends EventRange {
  readonly batch: EventBatch;
}

interface QueuedText {
  readonly text: string;
  readonly payloadBytes: number;
}

type Entry = QueuedEvents | QueuedText | Buffer;

interface OutboxOptions {
  /** The raw socket under the WebSocket; frames are written to it directly, in the order of the calls. */
  socket: Writable;
  flusher: TurnFlusher;
  counters: HubCounters;
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
  readonly #options: OutboxOptions;
  #entries: Entry[] = [];
  #pendingBytes = 0;
  #listed = false;
  #overflowed = false;
  #afterFlush: (() => void) | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that the socket has not passed to the kernel yet. */
  get queuedBytes(): number {
    return this.#options.socket.writableLength + this.#pendingBytes;
  }

  /** Queues one JSON text as a frame of its own. */
  pushText(text: string): void {
    const payloadBytes = Buffer.byteLength(text);
    this.#push({ text, payloadBytes }, textHeaderBytes(payloadBytes) + payloadBytes);
    this.#options.counters.framesSent += 1;
  }

  /** After an overflow no more events are taken: a peer must not see one without those that were dropped before it. */
  pushEvents(batch: EventBatch, { from, to, firstSeq }: EventRange): void {
    if (this.#overflowed) return;
    this.#push({ batch, from, to, firstSeq }, batch.byteLength(from, to));
    this.#options.counters.framesSent += to - from;
  }

  pushPing(): void {
    this.#push(pingFrame, pingFrame.length);
  }

  /** Takes nothing more, and calls `done` when what was queued so far has been given to the socket. */
  finish(done: () => void): void {
    this.#afterFlush = done;
    this.#list();
  }

  /** Called by the flusher at the end of the turn. */
  flush(arena: SendArena): void {
    this.#listed = false;
    const entries = this.#entries;
    const byteLength = this.#pendingBytes;
    this.#entries = [];
    this.#pendingBytes = 0;
    if (entries.length > 0 && !this.#refuse(byteLength)) this.#write(entries, byteLength, arena);
    this.#afterFlush?.();
  }

  #push(entry: Entry, byteLength: number): void {
    if (this.#afterFlush) return;
    this.#entries.push(entry);
    this.#pendingBytes += byteLength;
    this.#list();
  }

  #list(): void {
    if (this.#listed) return;
    this.#listed = true;
    this.#options.flusher.addOutbox(this);
  }

  /** A peer that has read everything so far is never cut, however much it gets at once. */
  #refuse(byteLength: number): boolean {
    const { socket, maxQueueBytes, onOverflow } = this.#options;
    if (socket.destroyed) return true;
    const waiting = socket.writableLength;
    // The last words of a connection that is being closed are short and bounded; they may go beyond.
    if (waiting === 0 || waiting + byteLength <= maxQueueBytes || this.#afterFlush) return false;
    if (!this.#overflowed) {
      this.#overflowed = true;
      onOverflow();
    }
    return true;
  }

  #write(entries: Entry[], byteLength: number, arena: SendArena): void {
    const { socket, counters } = this.#options;
    counters.bytesSent += byteLength;
    counters.writes += 1;
    if (entries.some(isWorthSharing)) {
      writeInParts(socket, entries);
    } else if (socket.writableLength > 0) {
      // A piece of shared memory would stay whole for as long as this socket keeps its small part.
      socket.write(fill(Buffer.allocUnsafeSlow(byteLength), entries));
    } else {
      const piece = fill(arena.take(byteLength), entries);
      socket.write(piece);
      if (socket.writableLength > 0) arena.keep(piece);
    }
  }
}

function isWorthSharing(entry: Entry): boolean {
  if (!('batch' in entry)) return false;
  const { batch, from, to } = entry;
  return batch.byteLength(from, to) > shareAboveBytes * (to - from);
}

function fill(target: Buffer, entries: Entry[]): Buffer {
  let offset = 0;
  for (const entry of entries) offset = copyEntry(target, offset, entry);
  return target;
}

function copyEntry(target: Buffer, offset: number, entry: Entry): number {
  if ('batch' in entry) return entry.batch.copyTo(target, offset, entry);
  if ('text' in entry) {
    const start = writeTextHeader(target, offset, entry.payloadBytes);
    return start + target.write(entry.text, start);
  }
  target.set(entry, offset);
  return offset + entry.length;
}

function writeInParts(socket: Writable, entries: Entry[]): void {
  socket.cork();
  for (const entry of entries) for (const chunk of chunksOf(entry)) socket.write(chunk);
  socket.uncork();
}

function chunksOf(entry: Entry): Buffer[] {
  if ('batch' in entry) {
    return isWorthSharing(entry)
      ? entry.batch.chunksOf(entry)
      : [fill(Buffer.allocUnsafeSlow(entry.batch.byteLength(entry.from, entry.to)), [entry])];
  }
  if ('text' in entry) {
    return [fill(Buffer.allocUnsafeSlow(textHeaderBytes(entry.payloadBytes) + entry.payloadBytes), [entry])];
  }
  return [entry];
}
