/** The RTCP packets (RFC 3550, RFC 4585, RFC 5104) that publishers and receivers exchange with the server. */
const packetType = { senderReport: 200, receiverReport: 201, description: 202, payloadFeedback: 206 } as const;
const pictureLoss = 1;
const fullIntraRequest = 4;
/** Seconds from 1900, where NTP begins, to 1970. */
const ntpEpoch = 2_208_988_800;

function header(type: number, count: number, bytes: number): Buffer {
  const packet = Buffer.alloc(bytes);
  packet[0] = 0x80 | count;
  packet[1] = type;
  packet.writeUInt16BE(bytes / 4 - 1, 2);
  return packet;
}

export interface SenderReport {
  ssrc: number;
  /** The wall clock in milliseconds and the stream’s clock at the same moment. */
  nowMs: number;
  timestamp: number;
  packets: number;
  bytes: number;
}

function encodeDescription(ssrc: number, cname: string): Buffer {
  const text = Buffer.from(cname);
  const packet = header(packetType.description, 1, 8 + Math.ceil((text.length + 3) / 4) * 4);
  packet.writeUInt32BE(ssrc, 4);
  packet[8] = 1;
  packet[9] = text.length;
  text.copy(packet, 10);
  return packet;
}

/** A sender report with the canonical name behind it: the smallest compound packet. */
export function encodeSenderReport(report: SenderReport, cname: string): Buffer {
  const packet = header(packetType.senderReport, 0, 28);
  const seconds = report.nowMs / 1000 + ntpEpoch;
  packet.writeUInt32BE(report.ssrc, 4);
  packet.writeUInt32BE(Math.floor(seconds) >>> 0, 8);
  packet.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32) >>> 0, 12);
  packet.writeUInt32BE(report.timestamp >>> 0, 16);
  packet.writeUInt32BE(report.packets >>> 0, 20);
  packet.writeUInt32BE(report.bytes >>> 0, 24);
  return Buffer.concat([packet, encodeDescription(report.ssrc, cname)]);
}

export interface ReceptionReport {
  ssrc: number;
  fractionLost: number;
  lost: number;
  highestSequence: number;
  /** In units of the stream’s clock. */
  jitter: number;
  /** The middle of the last sender report’s NTP time and the delay since then in 1/65536 s; zero without one. */
  lastReport: number;
  delaySinceReport: number;
}

const mostReports = 31;

export function encodeReceiverReport(ssrc: number, reports: ReceptionReport[]): Buffer {
  const shown = reports.slice(0, mostReports);
  const packet = header(packetType.receiverReport, shown.length, 8 + 24 * shown.length);
  packet.writeUInt32BE(ssrc, 4);
  for (const [index, report] of shown.entries()) {
    const offset = 8 + 24 * index;
    packet.writeUInt32BE(report.ssrc, offset);
    packet[offset + 4] = report.fractionLost;
    packet.writeUIntBE(Math.max(0, Math.min(0x7fffff, report.lost)), offset + 5, 3);
    packet.writeUInt32BE(report.highestSequence >>> 0, offset + 8);
    packet.writeUInt32BE(Math.round(report.jitter) >>> 0, offset + 12);
    packet.writeUInt32BE(report.lastReport >>> 0, offset + 16);
    packet.writeUInt32BE(report.delaySinceReport >>> 0, offset + 20);
  }
  return packet;
}

interface RtcpPart {
  type: number;
  count: number;
  packet: Buffer;
}

function* parts(compound: Buffer): Generator<RtcpPart> {
  for (let offset = 0; offset + 4 <= compound.length; ) {
    const end = offset + (compound.readUInt16BE(offset + 2) + 1) * 4;
    if (end > compound.length) return;
    yield {
      type: compound.readUInt8(offset + 1),
      count: compound.readUInt8(offset) & 0x1f,
      packet: compound.subarray(offset, end),
    };
    offset = end;
  }
}

/** Streams of which a key frame is asked for, by PLI or by FIR. */
export function keyFrameRequests(compound: Buffer): number[] {
  const streams: number[] = [];
  for (const { type, count, packet } of parts(compound)) {
    if (type !== packetType.payloadFeedback) continue;
    if (count === pictureLoss && packet.length >= 12) streams.push(packet.readUInt32BE(8));
    if (count !== fullIntraRequest) continue;
    for (let offset = 12; offset + 8 <= packet.length; offset += 8) streams.push(packet.readUInt32BE(offset));
  }
  return streams;
}

/** Sender reports by stream: the middle 32 bits of their NTP time, which reception reports repeat. */
export function senderReports(compound: Buffer): { ssrc: number; middleNtp: number }[] {
  const found: { ssrc: number; middleNtp: number }[] = [];
  for (const { type, packet } of parts(compound)) {
    if (type !== packetType.senderReport || packet.length < 28) continue;
    found.push({ ssrc: packet.readUInt32BE(4), middleNtp: packet.readUInt32BE(10) });
  }
  return found;
}
