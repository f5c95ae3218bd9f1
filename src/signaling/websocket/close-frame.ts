import { isUtf8 } from 'node:buffer';
import { headerBytes, writeHeader } from './frame-header.ts';

const closeFrameByte = 0x88;
const codeBytes = 2;
/** Payload of a control frame at most (RFC 6455, section 5.5). */
export const maxControlBytes = 125;
/** What a close frame without a code stands for (RFC 6455, section 7.4.1). */
export const noCode = 1005;

/** Codes that may stand in a close frame (RFC 6455, section 7.4, and the registry it began). */
function isCloseCode(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== noCode && code !== 1006;
}

/** The code in the payload of a close frame, or what is wrong with it (RFC 6455, section 5.5.1). */
export function readCloseCode(payload: Buffer): number | 'malformedFrame' | 'invalidData' {
  if (payload.length === 0) return noCode;
  if (payload.length < codeBytes || !isCloseCode(payload.readUInt16BE(0))) return 'malformedFrame';
  return isUtf8(payload.subarray(codeBytes)) ? payload.readUInt16BE(0) : 'invalidData';
}

/** A close frame; the reason may have 123 bytes. Without a code it is empty. */
export function closeFrame(code: number, reason = ''): Buffer {
  const payloadBytes = code === noCode ? 0 : codeBytes + Buffer.byteLength(reason);
  const frame = Buffer.allocUnsafeSlow(headerBytes(payloadBytes) + payloadBytes);
  const offset = writeHeader(frame, 0, closeFrameByte, payloadBytes);
  if (payloadBytes > 0) frame.write(reason, frame.writeUInt16BE(code, offset));
  return frame;
}
