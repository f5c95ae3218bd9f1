import { networkInterfaces } from 'node:os';

/**
 * Replaces `0.0.0.0` and `::` by the host's addresses of that family. A socket of its own for each address is what makes
 * replies leave from where requests arrived. Link-local addresses are left out: they need a scope.
 */
export function expandAddresses(addresses: readonly string[]): string[] {
  const expanded = addresses.flatMap((address) => {
    if (address === '0.0.0.0') return hostAddresses('IPv4');
    return address === '::' ? hostAddresses('IPv6') : [address];
  });
  return [...new Set(expanded)];
}

function hostAddresses(family: 'IPv4' | 'IPv6'): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((candidate) => candidate.family === family && !candidate.address.startsWith('fe80:'))
    .map(({ address }) => address);
}
