import { randomBytes } from 'node:crypto';
import { turnLimits } from '../../shared/limits.ts';

const cellsPerPort = 4;

export interface ReservedPort {
  readonly port: number;
  readonly relayAddressIndex: number;
}

/**
 * The sibling ports that EVEN-PORT reserved (RFC 8656 section 7.2), in memory that all threads share: the request with
 * the token may come from another client port, and so to another thread. A reserved port is skipped by everybody
 * rather than held by a socket, which is why it needs no timer.
 */
export class PortReservations {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  static createMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer(65_536 * cellsPerPort * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Returns the eight bytes of RESERVATION-TOKEN: the port and 48 random bits. */
  reserve({ port, relayAddressIndex }: ReservedPort): Buffer {
    const token = Buffer.concat([Buffer.alloc(2), randomBytes(6)]);
    token.writeUInt16BE(port, 0);
    const base = port * cellsPerPort;
    Atomics.store(this.#cells, base + 1, token.readInt32BE(0));
    Atomics.store(this.#cells, base + 2, token.readInt32BE(4));
    Atomics.store(this.#cells, base + 3, relayAddressIndex);
    Atomics.store(this.#cells, base, nowSeconds() + turnLimits.reservationMs / 1000);
    return token;
  }

  isReserved(port: number): boolean {
    return Atomics.load(this.#cells, port * cellsPerPort) > nowSeconds();
  }

  /** Hands the port out, once, to whoever presents its token in time. */
  redeem(token: Buffer): ReservedPort | undefined {
    const port = token.readUInt16BE(0);
    const base = port * cellsPerPort;
    const expiresAt = Atomics.load(this.#cells, base);
    const matches =
      Atomics.load(this.#cells, base + 1) === token.readInt32BE(0) &&
      Atomics.load(this.#cells, base + 2) === token.readInt32BE(4);
    if (expiresAt <= nowSeconds() || !matches) return undefined;
    if (Atomics.compareExchange(this.#cells, base, expiresAt, 0) !== expiresAt) return undefined;
    return { port, relayAddressIndex: Atomics.load(this.#cells, base + 3) };
  }
}

/** Unix time from a nearer epoch, so that it fits 32 bits for this century. */
function nowSeconds(): number {
  return Math.floor(Date.now() / 1000) - 1_700_000_000;
}
