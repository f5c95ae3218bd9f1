import { isIPv4, isIPv6 } from 'node:net';

export type IpFamily = 4 | 6;

/** An address literal in the canonical spelling that Node reports for a received datagram, with its family and port. */
export interface TransportAddress {
  readonly family: IpFamily;
  readonly address: string;
  readonly port: number;
}

export function ipFamilyOf(address: string): IpFamily | undefined {
  if (isIPv4(address)) return 4;
  return isIPv6(address) && !address.includes('%') ? 6 : undefined;
}

/** The 4 or 16 bytes of an address literal; the zone that Node adds to a link-local sender is left out. */
export function parseIp(literal: string): Buffer | undefined {
  const [address = ''] = literal.split('%');
  const family = ipFamilyOf(address);
  if (family === undefined) return undefined;
  return family === 4 ? Buffer.from(address.split('.').map(Number)) : parseIpv6(address);
}

function parseIpv6(address: string): Buffer {
  const [head = '', tail] = expandDotted(address).split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const groups = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  const bytes = Buffer.alloc(16);
  groups.forEach((group, index) => {
    bytes.writeUInt16BE(group, index * 2);
  });
  return bytes;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** Rewrites a dotted IPv4 ending as two groups of hexadecimal digits. */
function expandDotted(address: string): string {
  const colon = address.lastIndexOf(':');
  if (!address.includes('.', colon)) return address;
  const bytes = Buffer.from(
    address
      .slice(colon + 1)
      .split('.')
      .map(Number),
  );
  return `${address.slice(0, colon + 1)}${bytes.readUInt16BE(0).toString(16)}:${bytes.readUInt16BE(2).toString(16)}`;
}

/** Spells an address as inet_ntop does, so that it compares equal to the `address` of a received datagram. */
export function formatIp(bytes: Buffer): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2));
  const gap = longestZeroRun(groups);
  const dotted = dottedEnding(groups, gap, bytes);
  const shown = (dotted === undefined ? groups : groups.slice(0, 6)).map((group) => group.toString(16));
  if (dotted !== undefined) shown.push(dotted);
  if (gap.length < 2) return shown.join(':');
  return `${shown.slice(0, gap.start).join(':')}::${shown.slice(gap.start + gap.length).join(':')}`;
}

interface ZeroRun {
  start: number;
  length: number;
}

/** The first longest run of zero groups, which `::` replaces (RFC 5952 section 4.2). */
function longestZeroRun(groups: readonly number[]): ZeroRun {
  let best: ZeroRun = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}

/** IPv4-mapped and IPv4-compatible addresses end in dots in inet_ntop's spelling. */
function dottedEnding(groups: readonly number[], gap: ZeroRun, bytes: Buffer): string | undefined {
  const mapped = gap.start === 0 && gap.length === 5 && groups[5] === 0xffff;
  const compatible = gap.start === 0 && gap.length === 6;
  return mapped || compatible ? formatIp(bytes.subarray(12)) : undefined;
}
