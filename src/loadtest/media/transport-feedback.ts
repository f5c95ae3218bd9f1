/**
 * Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): without it a server
 * never finds out how much a receiver can take, and sends the smallest layer for ever.
 */
const feedbackFormat = 15;
const transportFeedback = 205;
const referenceUnitMs = 64;
const deltaUnitMs = 0.25;
const notReceived = 0;
const smallDelta = 1;
const largeDelta = 2;
const symbolsPerChunk = 7;
/** More than a busy receiver gets between two reports; older arrivals are given up. */
const mostPackets = 2_000;

interface Arrival {
  /** Extended beyond 16 bits. */
  sequence: number;
  atMs: number;
}

export class TransportFeedback {
  #arrivals: Arrival[] = [];
  #highest = -1;
  #reports = 0;

  /** Notes the arrival of a packet with its transport-wide sequence number. */
  arrived(sequence: number, atMs: number): void {
    const extended = this.#extend(sequence);
    this.#highest = Math.max(this.#highest, extended);
    if (this.#arrivals.length < mostPackets) this.#arrivals.push({ sequence: extended, atMs });
  }

  /** Builds the report on everything that arrived since the last one; undefined when nothing did. */
  take({ senderSsrc, mediaSsrc }: { senderSsrc: number; mediaSsrc: number }): Buffer | undefined {
    const arrivals = this.#arrivals.sort((left, right) => left.sequence - right.sequence);
    this.#arrivals = [];
    const [first] = arrivals;
    if (!first) return undefined;
    const referenceTime = Math.floor(Math.min(...arrivals.map(({ atMs }) => atMs)) / referenceUnitMs);
    const { symbols, deltas } = encodeArrivals(arrivals, referenceTime * referenceUnitMs);
    const head = Buffer.alloc(20);
    head.writeUInt32BE(senderSsrc, 4);
    head.writeUInt32BE(mediaSsrc, 8);
    head.writeUInt16BE(first.sequence & 0xffff, 12);
    head.writeUInt16BE(symbols.length, 14);
    head.writeUIntBE(referenceTime & 0xffffff, 16, 3);
    head[19] = this.#reports++ & 0xff;
    return finishPacket([head, encodeChunks(symbols), ...deltas]);
  }

  /** RTP sequence numbers wrap; the nearest extension of the number is the right one. */
  #extend(sequence: number): number {
    if (this.#highest < 0) return sequence;
    const difference = ((sequence - (this.#highest & 0xffff) + 0x18000) & 0xffff) - 0x8000;
    return this.#highest + difference;
  }
}

function encodeArrivals(arrivals: Arrival[], referenceMs: number): { symbols: number[]; deltas: Buffer[] } {
  const symbols: number[] = [];
  const deltas: Buffer[] = [];
  let units = Math.round(referenceMs / deltaUnitMs);
  let expected = arrivals[0]?.sequence ?? 0;
  for (const { sequence, atMs } of arrivals) {
    if (sequence < expected) continue;
    for (; expected < sequence; expected++) symbols.push(notReceived);
    const arrived = Math.round(atMs / deltaUnitMs);
    const delta = Math.max(-0x8000, Math.min(0x7fff, arrived - units));
    units += delta;
    const isSmall = delta >= 0 && delta <= 0xff;
    symbols.push(isSmall ? smallDelta : largeDelta);
    const bytes = Buffer.alloc(isSmall ? 1 : 2);
    if (isSmall) bytes.writeUInt8(delta);
    else bytes.writeInt16BE(delta);
    deltas.push(bytes);
    expected++;
  }
  return { symbols, deltas };
}

/** Status vector chunks with two bits for each packet: plain, and long enough runs are rare at these rates. */
function encodeChunks(symbols: number[]): Buffer {
  const chunks = Buffer.alloc(Math.ceil(symbols.length / symbolsPerChunk) * 2);
  for (let chunk = 0; chunk * 2 < chunks.length; chunk++) {
    let bits = 0xc000;
    for (let index = 0; index < symbolsPerChunk; index++) {
      bits |= (symbols[chunk * symbolsPerChunk + index] ?? notReceived) << (2 * (symbolsPerChunk - 1 - index));
    }
    chunks.writeUInt16BE(bits, chunk * 2);
  }
  return chunks;
}

/** Pads to a multiple of four bytes and writes the common RTCP header. */
function finishPacket(pieces: Buffer[]): Buffer {
  const content = Buffer.concat(pieces);
  const padding = (4 - (content.length % 4)) % 4;
  const packet = Buffer.concat([content, Buffer.alloc(padding)]);
  if (padding > 0) packet[packet.length - 1] = padding;
  packet[0] = 0x80 | (padding > 0 ? 0x20 : 0) | feedbackFormat;
  packet[1] = transportFeedback;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  return packet;
}
