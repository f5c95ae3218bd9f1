import { headerBytes, writeTextHeader } from '../websocket/frame-header.ts';

const maxHeaderBytes = 10;
/** UTF-8 of a UTF-16 unit. */
const maxBytesPerUnit = 3;
/** Longer texts are measured, which takes as long as writing them, so that no more space is taken than they need. */
const measuredFrom = 1_024;
/** Up to this length a part is written in less time here than a call into Node takes; V8 keeps such strings in one piece. */
const mostShortUnits = 12;
const firstBeyondAscii = 0x80;

/** Space that `writeTextFrame` needs at most. */
export function spaceForText(parts: readonly string[]): number {
  let bytes = maxHeaderBytes;
  for (const part of parts)
    bytes += part.length < measuredFrom ? part.length * maxBytesPerUnit : Buffer.byteLength(part);
  return bytes;
}

/**
 * Writes an unmasked text frame of a text in parts, which spares putting them together; returns the offset after it. How
 * long the header is depends on the size in bytes, which is that in characters for nearly all texts.
 */
export function writeTextFrame(target: Buffer, offset: number, parts: readonly string[]): number {
  const guessed = offset + headerBytes(lengthOf(parts));
  let end = guessed;
  for (const part of parts) end = writePart(target, end, part);
  const payloadBytes = end - guessed;
  const start = offset + headerBytes(payloadBytes);
  if (start !== guessed) target.copyWithin(start, guessed, end);
  writeTextHeader(target, offset, payloadBytes);
  return start + payloadBytes;
}

/** Returns the offset after the part. */
function writePart(target: Buffer, offset: number, part: string): number {
  if (part.length > mostShortUnits) return offset + target.write(part, offset);
  for (let index = 0; index < part.length; index += 1) {
    const unit = part.charCodeAt(index);
    if (unit >= firstBeyondAscii) return offset + target.write(part, offset);
    target[offset + index] = unit;
  }
  return offset + part.length;
}

/** In UTF-16 units. */
export function lengthOf(parts: readonly string[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
