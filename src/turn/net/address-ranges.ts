import { BlockList } from 'node:net';
import { ipFamilyOf, parseIp } from './ip-address.ts';

interface AddressRange {
  readonly network: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
  readonly last: string | undefined;
}

/** Reads `address`, `address/prefix` or, as coturn writes it, `first-last`; undefined when it is none of them. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const match = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3})|-([0-9a-fA-F.:]+))?$/.exec(text);
  const [, network = '', prefixText, last] = match ?? [];
  const family = ipFamilyOf(network);
  const bits = family === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (family === undefined || prefix > bits) return undefined;
  if (last !== undefined && !isOrdered(network, last)) return undefined;
  return { network, family: family === 4 ? 'ipv4' : 'ipv6', prefix, last };
}

function isOrdered(first: string, last: string): boolean {
  const [low, high] = [parseIp(first), parseIp(last)];
  return low !== undefined && high !== undefined && low.length === high.length && low.compare(high) <= 0;
}

/**
 * A set of addresses. The families are kept apart, because one BlockList would let an IPv6 network that covers the
 * mapped addresses, such as `::/0`, match every IPv4 address as well.
 */
export class AddressRanges {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const range = parseAddressRange(text);
      if (range === undefined) throw new TypeError(`not an address, a network or a range: ${text}`);
      this.#add(range);
    }
  }

  contain(address: string): boolean {
    const family = ipFamilyOf(address) === 4 ? 'ipv4' : 'ipv6';
    return this.#lists[family].check(address, family);
  }

  #add({ network, prefix, family, last }: AddressRange): void {
    if (last !== undefined) this.#lists[family].addRange(network, last, family);
    else this.#lists[family].addSubnet(network, prefix, family);
  }
}
