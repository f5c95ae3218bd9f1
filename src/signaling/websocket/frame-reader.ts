import { isUtf8 } from 'node:buffer';
import { wireLimits } from '../../shared/limits.ts';
import { maxControlBytes, readCloseCode } from './close-frame.ts';
import { inflate } from './inflate.ts';
import { unmask } from './unmask.ts';

/** What a peer did wrong; each has its code in a close frame (RFC 6455, section 7.4.1). */
export type Violation = 'malformedFrame' | 'invalidData' | 'tooLarge';

/** Gets what a reader has read. Bytes are the reader's: they hold only during the call. */
export interface FrameListener {
  /** A whole message of text; `byteLength` is what it has as UTF-8. */
  handleText(text: string, byteLength: number): void;
  handleBinary(bytes: Buffer): void;
  handlePing(payload: Buffer): void;
  handlePong(): void;
  /** The peer closes, with this code; nothing is read after it. */
  handleClosing(code: number): void;
  /** Nothing is read after it. */
  handleViolation(violation: Violation): void;
}

interface ReaderOptions {
  listener: FrameListener;
  /** Of a message, in one frame or several, inflated or not. */
  maxMessageBytes: number;
  /** Whether messages may be compressed (RFC 7692). */
  inflates: boolean;
}

const finalBit = 0x80;
const compressedBit = 0x40;
const reservedBits = 0x30;
const maskBit = 0x80;
const opcodeBits = 0x0f;
const maskKeyBytes = 4;
const length16 = 126;
const length64 = 127;
const opcode = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;
/** There is no whole frame yet, or there will be none. */
const nothingMore = -1;
const leastHeldBytes = 1_024;
const replacement = '\ufffd';

/**
 * Reads what a WebSocket client sends (RFC 6455, section 5), however it is cut into pieces. A frame that is whole in its
 * piece, as nearly all are, is unmasked in place and made into text without a copy. Strict: what the RFC forbids ends the
 * connection.
 */
export class FrameReader {
  readonly #listener: FrameListener;
  readonly #maxMessageBytes: number;
  readonly #inflates: boolean;
  /** The beginning of a frame whose rest has not come. */
  #held: Buffer | undefined;
  #heldBytes = 0;
  /** Frames so far of a message that comes in several: the first one's first byte, the payloads, and how many there are. */
  #firstByte = 0;
  #parts: Buffer | undefined;
  #partsBytes = 0;
  #partsCount = 0;
  #ended = false;

  constructor({ listener, maxMessageBytes, inflates }: ReaderOptions) {
    this.#listener = listener;
    this.#maxMessageBytes = maxMessageBytes;
    this.#inflates = inflates;
  }

  /** Takes what came next, the first `length` bytes. They are overwritten, and not kept. */
  push(chunk: Buffer, length = chunk.length): void {
    if (this.#ended) return;
    if (this.#heldBytes > 0) {
      this.#hold(chunk.subarray(0, length));
      this.#readHeld();
      return;
    }
    const used = this.#readFrames(chunk, length);
    if (used < length && !this.#ended) this.#hold(chunk.subarray(used, length));
  }

  #readHeld(): void {
    const held = this.#held;
    if (!held) return;
    const used = this.#readFrames(held, this.#heldBytes);
    this.#heldBytes -= used;
    if (this.#heldBytes === 0 || this.#ended) this.#held = undefined;
    else if (used > 0) held.copyWithin(0, used, used + this.#heldBytes);
  }

  /** Grows by doubling, so that a frame that trickles in byte by byte costs no more than one that comes at once. */
  #hold(bytes: Buffer): void {
    const needed = this.#heldBytes + bytes.length;
    this.#held = withSpace(this.#held, this.#heldBytes, needed);
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }

  /** Returns the offset behind the last whole frame. */
  #readFrames(bytes: Buffer, end: number): number {
    let offset = 0;
    while (!this.#ended) {
      const next = this.#readFrame(bytes, offset, end);
      if (next === nothingMore) break;
      offset = next;
    }
    return offset;
  }

  #readFrame(bytes: Buffer, at: number, end: number): number {
    if (end - at < 2) return nothingMore;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    if (!this.#isAllowed(first, second)) return this.#fail('malformedFrame');
    const lengthCode = second & ~maskBit;
    const keyAt = at + 2 + lengthBytes(lengthCode);
    if (end < keyAt) return nothingMore;
    const payloadBytes = lengthCode < length16 ? lengthCode : readLength(bytes, at + 2, lengthCode);
    if (payloadBytes + this.#partsBytes > this.#maxMessageBytes) return this.#fail('tooLarge');
    const from = keyAt + maskKeyBytes;
    const to = from + payloadBytes;
    if (end < to) return nothingMore;
    unmask(bytes, keyAt, from, to);
    this.#take(first, bytes, from, to);
    return to;
  }

  /** The rules of section 5.2 and 5.5, and of section 6 of RFC 7692. */
  #isAllowed(first: number, second: number): boolean {
    if ((first & reservedBits) !== 0 || (second & maskBit) === 0) return false;
    const isCompressed = (first & compressedBit) !== 0;
    switch (first & opcodeBits) {
      case opcode.text:
      case opcode.binary:
        return this.#partsCount === 0 && (!isCompressed || this.#inflates);
      case opcode.continuation:
        return this.#partsCount > 0 && !isCompressed;
      case opcode.close:
      case opcode.ping:
      case opcode.pong:
        return !isCompressed && (first & finalBit) !== 0 && (second & ~maskBit) <= maxControlBytes;
      default:
        return false;
    }
  }

  #take(first: number, bytes: Buffer, from: number, to: number): void {
    if ((first & opcodeBits) >= opcode.close) this.#takeControl(first & opcodeBits, bytes.subarray(from, to));
    else if ((first & finalBit) !== 0 && this.#partsCount === 0) this.#finish(first, bytes, from, to);
    else this.#takePart(first, bytes.subarray(from, to));
  }

  #takeControl(kind: number, payload: Buffer): void {
    if (kind === opcode.ping) this.#listener.handlePing(payload);
    else if (kind === opcode.pong) this.#listener.handlePong();
    else this.#takeClose(readCloseCode(payload));
  }

  #takeClose(code: number | Violation): void {
    if (typeof code !== 'number') {
      this.#fail(code);
      return;
    }
    this.#ended = true;
    this.#listener.handleClosing(code);
  }

  #takePart(first: number, payload: Buffer): void {
    if (this.#partsCount === 0) this.#firstByte = first;
    this.#partsCount += 1;
    if (this.#partsCount > wireLimits.maxFragments) {
      this.#fail('malformedFrame');
      return;
    }
    this.#parts = withSpace(this.#parts, this.#partsBytes, this.#partsBytes + payload.length);
    this.#parts.set(payload, this.#partsBytes);
    this.#partsBytes += payload.length;
    if ((first & finalBit) !== 0) this.#finishParts(this.#parts, this.#partsBytes);
  }

  #finishParts(parts: Buffer, byteLength: number): void {
    this.#parts = undefined;
    this.#partsBytes = this.#partsCount = 0;
    this.#finish(this.#firstByte, parts, 0, byteLength);
  }

  #finish(first: number, bytes: Buffer, from: number, to: number): void {
    if ((first & compressedBit) !== 0) this.#finishCompressed(first & ~compressedBit, bytes.subarray(from, to));
    else if ((first & opcodeBits) === opcode.binary) this.#listener.handleBinary(bytes.subarray(from, to));
    else this.#finishText(bytes, from, to);
  }

  #finishCompressed(first: number, payload: Buffer): void {
    const inflated = inflate(payload, this.#maxMessageBytes);
    if (inflated === 'tooLarge') this.#fail('tooLarge');
    else if (inflated === 'corrupt') this.#fail('invalidData');
    else this.#finish(first, inflated, 0, inflated.length);
  }

  /** Decoding puts a replacement character where it finds no UTF-8; only where one stands the bytes are looked at again. */
  #finishText(bytes: Buffer, from: number, to: number): void {
    const text = bytes.toString('utf8', from, to);
    if (text.includes(replacement) && !isUtf8(bytes.subarray(from, to))) this.#fail('invalidData');
    else this.#listener.handleText(text, to - from);
  }

  #fail(violation: Violation): typeof nothingMore {
    this.#ended = true;
    this.#held = this.#parts = undefined;
    this.#listener.handleViolation(violation);
    return nothingMore;
  }
}

/** Bytes of the extended length (RFC 6455, section 5.2). */
function lengthBytes(lengthCode: number): number {
  if (lengthCode < length16) return 0;
  return lengthCode === length64 ? 8 : 2;
}

/** Beyond 2^53 a number is no longer exact, and still far too large. */
function readLength(bytes: Buffer, at: number, lengthCode: number): number {
  if (lengthCode === length16) return bytes.readUInt16BE(at);
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

function withSpace(buffer: Buffer | undefined, used: number, needed: number): Buffer {
  if (buffer && buffer.length >= needed) return buffer;
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, used * 2, leastHeldBytes));
  if (buffer) larger.set(buffer.subarray(0, used));
  return larger;
}
