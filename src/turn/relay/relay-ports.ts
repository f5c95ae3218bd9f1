import { randomInt } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { turnLimits } from '../../shared/limits.ts';
import { bindNow, createDatagramSocket } from '../net/datagram-socket.ts';
import { type IpFamily, ipFamilyOf } from '../net/ip-address.ts';
import type { PortReservations } from './port-reservations.ts';

export interface BoundRelay {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
}

export interface RelayPortsOptions {
  readonly relayAddresses: readonly string[];
  readonly minPort: number;
  readonly maxPort: number;
  readonly reservations: PortReservations;
}

/** Binds relay sockets at random ports of the range; the operating system keeps threads from taking the same one. */
export class RelayPorts {
  readonly #options: RelayPortsOptions;

  constructor(options: RelayPortsOptions) {
    this.#options = options;
  }

  supports(family: IpFamily): boolean {
    return this.#options.relayAddresses.some((address) => ipFamilyOf(address) === family);
  }

  /** A random free port; undefined when none was found in a bounded number of attempts. */
  bind(family: IpFamily, preferredAddress: string): BoundRelay | undefined {
    const address = this.#addressFor(family, preferredAddress);
    return this.#attempt(() => bindAt(address, this.#randomPort()));
  }

  /** A random free even port (RFC 8656 section 7.2, EVEN-PORT with R = 0). */
  bindEven(family: IpFamily, preferredAddress: string): BoundRelay | undefined {
    const address = this.#addressFor(family, preferredAddress);
    return this.#attempt(() => bindAt(address, this.#randomPort() & ~1));
  }

  /** An even port whose odd sibling is free and reserved under the returned token (R = 1). */
  bindPair(family: IpFamily, preferredAddress: string): { relay: BoundRelay; token: Buffer } | undefined {
    const address = this.#addressFor(family, preferredAddress);
    const relay = this.#attempt((reservations) => {
      const port = this.#randomPort() & ~1;
      const siblingFree =
        port < this.#options.maxPort && !reservations.isReserved(port + 1) && isFree(address, port + 1);
      return siblingFree ? bindAt(address, port) : undefined;
    });
    if (relay === undefined) return undefined;
    const relayAddressIndex = this.#options.relayAddresses.indexOf(address);
    return { relay, token: this.#options.reservations.reserve({ port: relay.port + 1, relayAddressIndex }) };
  }

  bindReserved(token: Buffer): BoundRelay | undefined {
    const reserved = this.#options.reservations.redeem(token);
    const address = reserved && this.#options.relayAddresses[reserved.relayAddressIndex];
    return address === undefined ? undefined : bindAt(address, reserved?.port ?? 0);
  }

  #addressFor(family: IpFamily, preferred: string): string {
    const candidates = this.#options.relayAddresses.filter((address) => ipFamilyOf(address) === family);
    return candidates.includes(preferred) ? preferred : (candidates[0] ?? preferred);
  }

  #attempt(bind: (reservations: PortReservations) => BoundRelay | undefined): BoundRelay | undefined {
    const { reservations, minPort, maxPort } = this.#options;
    for (let attempt = 0; attempt < turnLimits.maxPortAttempts; attempt += 1) {
      const relay = bind(reservations);
      if (relay === undefined) continue;
      const usable = relay.port >= minPort && relay.port <= maxPort && !reservations.isReserved(relay.port);
      if (usable) return relay;
      relay.socket.close();
    }
    return undefined;
  }

  #randomPort(): number {
    return randomInt(this.#options.minPort, this.#options.maxPort + 1);
  }
}

function bindAt(address: string, port: number): BoundRelay | undefined {
  const socket = createDatagramSocket(ipFamilyOf(address) ?? 4);
  if (bindNow(socket, port, address)) return { socket, address, port };
  socket.close();
  return undefined;
}

function isFree(address: string, port: number): boolean {
  const probe = bindAt(address, port);
  probe?.socket.close();
  return probe !== undefined;
}
