/** First bytes of a whole frame (RFC 6455, section 5.2). */
export const textFrame = 0x81;
export const binaryFrame = 0x82;
/** Added to it says that the payload is compressed (RFC 7692, section 6: RSV1). */
export const compressedFrame = 0x40;
const length16 = 126;
const length64 = 127;

/** A WebSocket ping without a payload (RFC 6455, section 5.5.2). */
export const pingFrame: Buffer = Buffer.from([0x89, 0]);

const pongByte = 0x8a;

/** The answer to a ping with this payload (RFC 6455, section 5.5.3). */
export function pongFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(pongByte, payload.length), payload]);
}

/** Bytes that an unmasked frame puts before its payload (RFC 6455, section 5.2). */
export function headerBytes(payloadBytes: number): number {
  if (payloadBytes < length16) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}

/** Writes the header of an unmasked, unfragmented text frame; returns the offset after it. */
export function writeTextHeader(target: Buffer, offset: number, payloadBytes: number): number {
  return writeHeader(target, offset, textFrame, payloadBytes);
}

/** The same for a frame that begins with the given byte. */
export function writeHeader(target: Buffer, offset: number, first: number, payloadBytes: number): number {
  target[offset] = first;
  if (payloadBytes < length16) {
    target[offset + 1] = payloadBytes;
    return offset + 2;
  }
  if (payloadBytes < 65_536) {
    target[offset + 1] = length16;
    return target.writeUInt16BE(payloadBytes, offset + 2);
  }
  target[offset + 1] = length64;
  return target.writeUIntBE(payloadBytes, target.writeUInt16BE(0, offset + 2), 6);
}

/** The payload in an unmasked frame of that size. */
export function payloadBytesOf(frameBytes: number): number {
  if (frameBytes < length16 + 2) return frameBytes - 2;
  return frameBytes < 65_536 + 4 ? frameBytes - 4 : frameBytes - 10;
}
