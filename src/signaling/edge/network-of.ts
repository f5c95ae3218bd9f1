import { isIPv6 } from 'node:net';

const groupsOfNetwork = 4;

/**
 * What counts as one place on the network: an IPv4 address, or the /64 that one IPv6 household has. Undefined for this
 * very machine, where tests and local proxies sit, and for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (plain === '' || plain === '::1' || plain.startsWith('127.')) return undefined;
  return isIPv6(plain) ? prefixOf(plain) : plain;
}

function prefixOf(address: string): string {
  const [start = '', end] = address.split('%', 1).join().split('::');
  const groups = start === '' ? [] : start.split(':');
  const behind = end === undefined || end === '' ? [] : end.split(':');
  const zeros = end === undefined ? 0 : Math.max(8 - groups.length - behind.length, 0);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...behind];
  return `${all
    .slice(0, groupsOfNetwork)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
