/** RTP packets (RFC 3550) with one-byte header extensions (RFC 8285). */
const fixedHeaderBytes = 12;
const oneByteProfile = 0xbede;

export interface HeaderExtension {
  id: number;
  value: Buffer;
}

export interface RtpFields {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
}

/** Encodes header extensions once for all packets of a stream; their values do not change. */
export function encodeExtensions(extensions: HeaderExtension[]): Buffer {
  const elements = extensions.map(({ id, value }) =>
    Buffer.concat([Buffer.from([(id << 4) | (value.length - 1)]), value]),
  );
  const content = Buffer.concat(elements);
  const block = Buffer.alloc(4 + Math.ceil(content.length / 4) * 4);
  block.writeUInt16BE(oneByteProfile, 0);
  block.writeUInt16BE((block.length - 4) / 4, 2);
  content.copy(block, 4);
  return block;
}

/** Puts a packet together; the header’s size is 12 bytes and that of the extensions. */
export function encodeRtp(fields: RtpFields, extensions: Buffer, payload: Buffer): Buffer {
  const headerBytes = fixedHeaderBytes + extensions.length;
  const packet = Buffer.allocUnsafe(headerBytes + payload.length);
  packet[0] = extensions.length > 0 ? 0x90 : 0x80;
  packet[1] = fields.payloadType | (fields.marker ? 0x80 : 0);
  packet.writeUInt16BE(fields.sequence & 0xffff, 2);
  packet.writeUInt32BE(fields.timestamp >>> 0, 4);
  packet.writeUInt32BE(fields.ssrc, 8);
  extensions.copy(packet, fixedHeaderBytes);
  payload.copy(packet, headerBytes);
  return packet;
}

/** Size of a received packet’s header with CSRCs and extensions. */
export function rtpHeaderBytes(packet: Buffer): number {
  const first = packet.readUInt8(0);
  const csrcEnd = fixedHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) === 0 || csrcEnd + 4 > packet.length) return csrcEnd;
  return csrcEnd + 4 + packet.readUInt16BE(csrcEnd + 2) * 4;
}

/** Finds a one-byte header extension of two bytes, such as the transport-wide sequence number. */
export function readUint16Extension(packet: Buffer, id: number): number | undefined {
  const first = packet.readUInt8(0);
  if ((first & 0x10) === 0) return undefined;
  const start = fixedHeaderBytes + (first & 0x0f) * 4;
  const end = rtpHeaderBytes(packet);
  if (end > packet.length || packet.readUInt16BE(start) !== oneByteProfile) return undefined;
  for (let offset = start + 4; offset < end; ) {
    const head = packet.readUInt8(offset);
    // Padding between elements is a single zero byte.
    if (head === 0) {
      offset += 1;
      continue;
    }
    if (head >> 4 === id && offset + 3 <= end) return packet.readUInt16BE(offset + 1);
    offset += 2 + (head & 0x0f);
  }
  return undefined;
}

/** RTP and RTCP share a port; packet types 192 to 223 are RTCP (RFC 5761, section 4). */
export function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
}
