import { stunHeaderBytes } from '../stun/stun-message.ts';

/**
 * Cuts a byte stream into STUN messages and ChannelData (RFC 8656 section 12.5: padded to four bytes on streams). What
 * is whole within one read is passed on as a view; only a frame that reads split is put together by copying, once.
 */
export class StreamFramer {
  readonly #onFrame: (frame: Buffer) => void;
  #parts: Buffer[] = [];
  #partBytes = 0;
  /** The bytes without which joining the parts would not help. */
  #wantedBytes = 4;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** The length that the unfinished frame announces. */
  get wantedBytes(): number {
    return this.#wantedBytes;
  }

  /** False when the stream is neither, and the connection is of no further use. */
  push(chunk: Buffer): boolean {
    this.#parts.push(chunk);
    this.#partBytes += chunk.length;
    if (this.#partBytes < this.#wantedBytes) return true;
    const joined = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    const rest = this.#cut(joined);
    this.#parts = rest === undefined || rest.length === 0 ? [] : [rest];
    this.#partBytes = rest?.length ?? 0;
    return rest !== undefined;
  }

  /** Passes on every whole frame and returns what is left; undefined when it begins like no frame. */
  #cut(bytes: Buffer): Buffer | undefined {
    let rest = bytes;
    for (this.#wantedBytes = 4; rest.length >= 4; this.#wantedBytes = 4) {
      const length = frameLength(rest);
      if (length === undefined) return undefined;
      this.#wantedBytes = length;
      if (length > rest.length) break;
      this.#onFrame(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return rest;
  }
}

/** The length of the frame that begins here, padding included; undefined for bytes that begin neither kind. */
function frameLength(bytes: Buffer): number | undefined {
  const announced = bytes.readUInt16BE(2);
  const kind = bytes.readUInt8(0) >> 6;
  if (kind === 1) return 4 + announced + (-announced & 3);
  return kind === 0 && announced % 4 === 0 ? stunHeaderBytes + announced : undefined;
}
