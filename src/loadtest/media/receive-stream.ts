import type { ReceptionReport } from './rtcp.ts';

/** Counts one received stream as RFC 3550, appendix A, does: loss, and jitter in units of its clock. */
export class ReceiveStream {
  readonly #ssrc: number;
  readonly #clockRate: number;
  #first = -1;
  #highest = -1;
  received = 0;
  bytes = 0;
  #jitter = 0;
  #transit: number | undefined;
  #reportedExpected = 0;
  #reportedReceived = 0;
  #lastReport = { middleNtp: 0, atMs: 0 };

  constructor(ssrc: number, clockRate: number) {
    this.#ssrc = ssrc;
    this.#clockRate = clockRate;
  }

  /** Takes a packet’s header; returns its rollover counter, which opening it needs. */
  add(packet: Buffer, nowMs: number): number {
    const sequence = this.#extend(packet.readUInt16BE(2));
    if (this.#first < 0) this.#first = sequence;
    this.#highest = Math.max(this.#highest, sequence);
    this.received++;
    this.bytes += packet.length;
    this.#addJitter(packet.readUInt32BE(4), nowMs);
    return Math.floor(sequence / 65_536);
  }

  noteSenderReport(middleNtp: number, nowMs: number): void {
    this.#lastReport = { middleNtp, atMs: nowMs };
  }

  get lost(): number {
    return Math.max(0, this.#expected - this.received);
  }

  get jitterMs(): number {
    return (this.#jitter / this.#clockRate) * 1000;
  }

  report(nowMs: number): ReceptionReport {
    const expected = this.#expected - this.#reportedExpected;
    const lost = Math.max(0, expected - (this.received - this.#reportedReceived));
    this.#reportedExpected = this.#expected;
    this.#reportedReceived = this.received;
    const { middleNtp, atMs } = this.#lastReport;
    return {
      ssrc: this.#ssrc,
      fractionLost: expected > 0 ? Math.min(255, Math.floor((lost * 256) / expected)) : 0,
      lost: this.lost,
      highestSequence: this.#highest,
      jitter: this.#jitter,
      lastReport: middleNtp,
      delaySinceReport: middleNtp === 0 ? 0 : Math.round(((nowMs - atMs) / 1000) * 65_536),
    };
  }

  get #expected(): number {
    return this.#first < 0 ? 0 : this.#highest - this.#first + 1;
  }

  #extend(sequence: number): number {
    if (this.#highest < 0) return sequence;
    const difference = ((sequence - (this.#highest & 0xffff) + 0x18000) & 0xffff) - 0x8000;
    return this.#highest + difference;
  }

  /** Timestamps of 32 bits wrap; a transit time that jumps by more than a second is a wrap or a new source. */
  #addJitter(timestamp: number, nowMs: number): void {
    const transit = (nowMs * this.#clockRate) / 1000 - timestamp;
    const difference = this.#transit === undefined ? 0 : Math.abs(transit - this.#transit);
    this.#transit = transit;
    if (difference < this.#clockRate) this.#jitter += (difference - this.#jitter) / 16;
  }
}
