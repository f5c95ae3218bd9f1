import { pack } from '../../protocol/msgpack/pack.ts';
import { wireLimits } from '../../shared/limits.ts';
import { binaryFrame, compressedFrame, headerBytes, textFrame, writeHeader } from '../websocket/frame-header.ts';
import { deflate, deflateBefore } from './deflate.ts';
import { seqDigits, seqTail, writeDigits } from './sequence-number.ts';

/** One event as a frame, with a place for the sequence number. */
export interface EncodedEvent {
  readonly frame: Buffer;
  /** Where the bytes begin that differ between receivers; they go on to the end. */
  readonly tailAt: number;
  readonly seqAt: number;
}

/** How one kind of payload is written. */
interface PayloadForm {
  readonly firstByte: number;
  /** The payload for a JSON text. */
  payload(text: string): Buffer;
  /** The payload of an event up to the bytes of the number, from its JSON text up to the value of `seq`. */
  eventHead(head: string): Buffer;
  /** The rest of the payload, with space for a number of any size. */
  readonly tail: Buffer;
  /** Where in the rest it is. */
  readonly seqAt: number;
  writeSeq(target: Buffer, at: number, seq: number): void;
}

/** A way to write messages that a client has asked for, beside the usual one. Used by any number of connections. */
export class FrameEncoding {
  /** Whether messages are MessagePack in binary frames, in both directions. */
  readonly packed: boolean;
  readonly #form: PayloadForm;
  readonly #compressed: boolean;

  constructor({ packed, compressed }: { packed: boolean; compressed: boolean }) {
    this.packed = packed;
    this.#form = packed ? packedForm : jsonForm;
    this.#compressed = compressed;
  }

  /** The frame that says what a JSON text says. */
  encodeText(text: string): Buffer {
    const payload = this.#form.payload(text);
    const smaller = this.#isLarge(payload.length) ? deflate(payload, secretBytes(payload)) : payload;
    if (smaller.length < payload.length) return frameOf(this.#form.firstByte | compressedFrame, smaller);
    return frameOf(this.#form.firstByte, payload);
  }

  /** The frame of an event, given as its JSON text up to the value of `seq`. */
  encodeEvent(text: string): EncodedEvent {
    const { firstByte, tail } = this.#form;
    const head = this.#form.eventHead(text);
    const length = head.length + tail.length;
    if (this.#isLarge(length)) {
      const { payload, tailAt } = deflateBefore(head, tail);
      if (payload.length < length)
        return this.#event(frameOf(firstByte | compressedFrame, payload), payload.length - tailAt);
    }
    return this.#event(frameOf(firstByte, Buffer.concat([head, tail])), tail.length);
  }

  /** Writes a sequence number at its place in a frame, over any other. */
  writeSeq(target: Buffer, at: number, seq: number): void {
    this.#form.writeSeq(target, at, seq);
  }

  #isLarge(payloadBytes: number): boolean {
    return this.#compressed && payloadBytes > wireLimits.compressAboveBytes;
  }

  #event(frame: Buffer, endBytes: number): EncodedEvent {
    const tailAt = frame.length - endBytes;
    return { frame, tailAt, seqAt: tailAt + this.#form.seqAt };
  }
}

const jsonForm: PayloadForm = {
  firstByte: textFrame,
  payload: (text) => Buffer.from(text),
  eventHead: (head) => Buffer.from(head),
  tail: Buffer.from(seqTail),
  seqAt: 0,
  writeSeq: (target, at, seq) => writeDigits(target, at + seqDigits - 1, seq),
};

/** What the text of an event ends with before its number. */
const seqKey = ',"seq":';
/** The key `seq` and the first byte of an integer of 32 bits. */
const packedSeq = Buffer.from('a3736571ce', 'hex');

const packedForm: PayloadForm = {
  firstByte: binaryFrame,
  payload: (text) => bufferOf(pack(JSON.parse(text))),
  eventHead: (head) => {
    const bytes = pack(JSON.parse(`${head.slice(0, -seqKey.length)}}`));
    // The first byte of a small map counts its entries; `seq` is one more.
    bytes[0] = (bytes[0] ?? 0) + 1;
    return Buffer.concat([bytes, packedSeq]);
  },
  // At a thousand events a second 32 bits last a session seven weeks.
  tail: Buffer.alloc(4),
  seqAt: 0,
  writeSeq: (target, at, seq) => target.writeUInt32BE(seq >>> 0, at),
};

const secretKey = 'resumeToken';
/** The key stands near the start of the reply to a join, behind the request's id and the session's. */
const secretSearchBytes = 256;
/** What follows the key in either form: punctuation, 32 characters, the end of a text. */
const secretValueBytes = 36;

/**
 * Up to where a payload has the secret that resumes a session. Others have chosen texts that stand behind it in the reply to
 * a join: compressed together with it, its size would tell how much of it they have guessed (as in CRIME and BREACH).
 */
function secretBytes(payload: Buffer): number {
  const at = payload.subarray(0, secretSearchBytes).indexOf(secretKey);
  return at < 0 ? 0 : Math.min(at + secretKey.length + secretValueBytes, payload.length);
}

function frameOf(first: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafeSlow(headerBytes(payload.length) + payload.length);
  frame.set(payload, writeHeader(frame, 0, first, payload.length));
  return frame;
}

function bufferOf(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
