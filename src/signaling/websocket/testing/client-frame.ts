import { headerBytes, writeHeader } from '../frame-header.ts';

/** A frame as a client sends it: masked, with its first byte as given (RFC 6455, section 5.2). */
export function clientFrame(
  first: number,
  payload: Buffer | string,
  key: Buffer = Buffer.of(0x37, 0xfa, 0x21, 0x3d),
): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(headerBytes(bytes.length));
  writeHeader(head, 0, first, bytes.length);
  head[1] = (head[1] ?? 0) | 0x80;
  const masked = bytes.map((byte, index) => byte ^ (key[index & 3] ?? 0));
  return Buffer.concat([head, key, masked]);
}
