const opcodeText = 0x81;
const length16 = 126;
const length64 = 127;

/** A WebSocket ping without a payload (RFC 6455, section 5.5.2). */
export const pingFrame: Buffer = Buffer.from([0x89, 0]);

/** Bytes that an unmasked text frame puts before its payload (RFC 6455, section 5.2). */
export function textHeaderBytes(payloadBytes: number): number {
  if (payloadBytes < length16) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}

/** Writes the header of an unmasked, unfragmented text frame; returns the offset after it. */
export function writeTextHeader(target: Buffer, offset: number, payloadBytes: number): number {
  target[offset] = opcodeText;
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
