import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isWildcard } from '../shared/config/load-config.ts';
import type { Config } from '../shared/config/schema.ts';
import { type Finding, good, hint, stop } from './finding.ts';

/** Whether clients can reach what they are told to send media to. */
export function checkAddresses({ http, media }: Config, own = ownAddresses()): Finding[] {
  const announced = media.announcedAddress ?? media.listenAddresses[0] ?? '';
  return [
    ...media.listenAddresses.flatMap((address) => checkOwn(address, own)),
    checkAnnounced({ announced, http, own }),
  ];
}

function checkOwn(address: string, own: ReadonlySet<string>): Finding[] {
  if (isWildcard(address) || own.has(address)) return [];
  return [
    stop(`${address} in media.listenAddresses is not an address of this machine`, `it has ${[...own].join(', ')}`),
  ];
}

function checkAnnounced(given: { announced: string; http: Config['http']; own: ReadonlySet<string> }): Finding {
  const { announced, http, own } = given;
  if (isLoopback(announced)) {
    if (isLoopback(http.host))
      return good('everything stays on this machine (loopback); --lan serves the local network');
    return stop(
      `clients of ${http.host} are told to send media to ${announced}, which is their own machine`,
      'set media.listenAddresses to 0.0.0.0, and media.announcedAddress if this machine is behind NAT',
    );
  }
  if (isIP(announced) && !own.has(announced)) {
    return hint(
      `clients are told to send media to ${announced}, which is not an address of this machine`,
      'that is right behind NAT, if the ports are forwarded',
    );
  }
  if (isPrivate(announced)) {
    return hint(
      `clients are told to send media to ${announced}, a private address`,
      'for calls over the internet set media.announcedAddress to the public address',
    );
  }
  return good(`clients are told to send media to ${announced}`);
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address === 'localhost';
}

function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe80)/i.test(
    address,
  );
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)));
}
