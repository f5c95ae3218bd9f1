import { AddressRanges } from '../net/address-ranges.ts';
import { parseIp } from '../net/ip-address.ts';

export interface AddressAndPort {
  readonly address: string;
  readonly port: number;
}

/** Asked about an exact peer, or, with no port, whether the address may be permitted for any port of it. */
export type AllowPeer = (address: string, port: number | undefined) => boolean;

/** What no relay should reach unless told: this host, its network, its cloud's metadata, groups, and reserved blocks. */
const deniedByDefault = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const loopback = ['127.0.0.0/8', '::1/128'];
const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

export interface PeerFilterOptions {
  readonly allowedPeers: readonly string[];
  readonly deniedPeers: readonly string[];
  readonly allowLoopbackPeers: boolean;
  readonly allowPeer: AllowPeer | undefined;
  /** This host's listening, relay and external addresses: of these only the relay ports may be reached. */
  readonly ownAddresses: readonly string[];
  readonly relayPorts: { readonly min: number; readonly max: number };
}

/**
 * Decides which peers may be relayed to and from. In this order: IPv4-mapped addresses and the server's own listening
 * ports never; exact pairs of the SFU always; then the operator's allowed ranges, the denied ranges with the defaults,
 * and last the server's own addresses, where another client's relayed address may be reached and nothing else.
 */
export class PeerFilter {
  readonly #allowed: AddressRanges;
  readonly #denied: AddressRanges;
  readonly #allowPeer: AllowPeer | undefined;
  readonly #ownPorts = new Map<string, Set<number>>();
  readonly #ownAddresses: ReadonlySet<string>;
  readonly #relayPorts: PeerFilterOptions['relayPorts'];
  #pairs = new Map<string, Set<number>>();

  constructor(options: PeerFilterOptions) {
    this.#allowed = new AddressRanges([...options.allowedPeers, ...(options.allowLoopbackPeers ? loopback : [])]);
    this.#denied = new AddressRanges([...options.deniedPeers, ...deniedByDefault]);
    this.#allowPeer = options.allowPeer;
    this.#ownAddresses = new Set(options.ownAddresses);
    this.#relayPorts = options.relayPorts;
  }

  setAllowedPairs(pairs: readonly AddressAndPort[]): void {
    this.#pairs = portsByAddress(pairs);
  }

  /** The server's own listeners, which a relay must not reach: it would be a client of itself. */
  addOwnPort({ address, port }: AddressAndPort): void {
    this.#ownPorts.set(address, (this.#ownPorts.get(address) ?? new Set()).add(port));
  }

  /** Whether a permission for the address may be installed at all. */
  allowsAddress(address: string): boolean {
    if (isMapped(address)) return false;
    return (
      this.#pairs.has(address) ||
      this.#allowPeer?.(address, undefined) === true ||
      this.#rangesAllow(address, undefined)
    );
  }

  isOwnPort(address: string, port: number): boolean {
    return this.#ownPorts.get(address)?.has(port) === true;
  }

  allows(address: string, port: number): boolean {
    if (port === 0 || isMapped(address) || this.isOwnPort(address, port)) return false;
    if (this.#pairs.get(address)?.has(port) === true || this.#allowPeer?.(address, port) === true) return true;
    return this.#rangesAllow(address, port);
  }

  #rangesAllow(address: string, port: number | undefined): boolean {
    if (this.#allowed.contain(address)) return true;
    if (this.#denied.contain(address)) return false;
    const { min, max } = this.#relayPorts;
    return port === undefined || !this.#ownAddresses.has(address) || (port >= min && port <= max);
  }
}

function portsByAddress(pairs: readonly AddressAndPort[]): Map<string, Set<number>> {
  const ports = new Map<string, Set<number>>();
  for (const { address, port } of pairs) ports.set(address, (ports.get(address) ?? new Set()).add(port));
  return ports;
}

function isMapped(address: string): boolean {
  return address.startsWith('::') && parseIp(address)?.subarray(0, 12).equals(mappedPrefix) === true;
}
