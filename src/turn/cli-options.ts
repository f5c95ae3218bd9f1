import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { TurnOptionsInput } from './options.ts';

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
type FlagKind = 'text' | 'number' | 'list' | 'switch';

interface Flag {
  readonly kind: FlagKind;
  readonly help: string;
  /** The option that the flag sets under the same meaning; flags without one are read by hand. */
  readonly option?: keyof TurnOptionsInput;
}

/** The flags carry coturn's names wherever coturn has the option. */
const flags: Readonly<Record<string, Flag>> = {
  'listening-port': { kind: 'number', option: 'listeningPort', help: 'UDP and TCP port (3478)' },
  'tls-listening-port': { kind: 'number', option: 'tlsListeningPort', help: 'TLS port (5349)' },
  'listening-ip': { kind: 'list', option: 'listeningAddresses', help: 'local address, repeatable (127.0.0.1)' },
  'relay-ip': { kind: 'list', option: 'relayAddresses', help: 'relay address, repeatable (the listening addresses)' },
  'external-ip': {
    kind: 'list',
    option: 'externalAddresses',
    help: 'public[/private] address before a NAT, repeatable',
  },
  'min-port': { kind: 'number', option: 'minPort', help: 'lowest relay port (49152)' },
  'max-port': { kind: 'number', option: 'maxPort', help: 'highest relay port (65535)' },
  realm: { kind: 'text', option: 'realm', help: 'realm of the credentials (crosspoint)' },
  'static-auth-secret': { kind: 'list', help: 'shared secret of ephemeral credentials, repeatable' },
  'static-auth-secret-file': {
    kind: 'text',
    help: 'file with one such secret a line, hidden from other users of the host',
  },
  user: { kind: 'list', help: 'name:password of a static user, repeatable' },
  'user-quota': { kind: 'number', option: 'userQuota', help: 'allocations of one user (48)' },
  'address-quota': { kind: 'number', option: 'addressQuota', help: 'allocations of one client address (400)' },
  'total-quota': { kind: 'number', option: 'totalQuota', help: 'allocations in total (4000)' },
  'max-bps': {
    kind: 'number',
    option: 'maxBytesPerSecondPerAllocation',
    help: 'bytes per second of an allocation (no limit)',
  },
  'bps-capacity': { kind: 'number', option: 'maxBytesPerSecondTotal', help: 'bytes per second in total (no limit)' },
  'allowed-peer-ip': { kind: 'list', option: 'allowedPeers', help: 'address, network or first-last range, repeatable' },
  'denied-peer-ip': { kind: 'list', option: 'deniedPeers', help: 'address, network or first-last range, repeatable' },
  'allow-loopback-peers': { kind: 'switch', option: 'allowLoopbackPeers', help: 'relay to loopback addresses' },
  cert: { kind: 'text', option: 'certificate', help: 'PEM file of the TLS certificate chain' },
  pkey: { kind: 'text', option: 'key', help: 'PEM file of its private key' },
  'rfc5766-channels': {
    kind: 'switch',
    option: 'rfc5766Channels',
    help: 'accept channels above 0x4fff, as coturn does',
  },
  'no-udp': { kind: 'switch', option: 'noUdp', help: 'no UDP clients' },
  'no-tcp': { kind: 'switch', option: 'noTcp', help: 'no TCP clients' },
  'no-tls': { kind: 'switch', option: 'noTls', help: 'no TLS clients' },
  'stun-only': { kind: 'switch', option: 'stunOnly', help: 'answer STUN Binding only' },
  'default-allocate-lifetime': { kind: 'number', help: 'seconds (600)' },
  'max-allocate-lifetime': { kind: 'number', help: 'seconds (3600)' },
  'permission-lifetime': { kind: 'number', help: 'seconds (300)' },
  'channel-lifetime': { kind: 'number', help: 'seconds (600)' },
  'stale-nonce': { kind: 'number', help: 'seconds that a nonce is good for (3600)' },
  'relay-threads': { kind: 'number', option: 'threads', help: 'worker threads (0: none)' },
  'log-level': { kind: 'text', help: 'debug, info, warn or error (info)' },
  help: { kind: 'switch', help: 'show this and end' },
};

export interface CliRequest {
  readonly help: boolean;
  readonly logLevel: string;
  readonly options: TurnOptionsInput;
}

/** Reads the command line; throws a TypeError that names what is unknown or malformed. */
export function readCommandLine(args: readonly string[]): CliRequest {
  const definitions = Object.entries(flags).map(([name, { kind }]) => [name, definitionOf(kind)] as const);
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(definitions), strict: true });
  const direct = Object.entries(flags).flatMap(([name, { option, kind }]) => {
    const value = values[name];
    return option === undefined || value === undefined ? [] : [[option, convert(name, kind, value)] as const];
  });
  return {
    help: values.help === true,
    logLevel: textOf(values['log-level']) ?? 'info',
    options: {
      ...Object.fromEntries(direct),
      secrets: readSecrets(values),
      users: readUsers(textsOf(values.user)),
      lifetimes: readLifetimes(values),
    },
  };
}

export function usage(): string {
  const lines = Object.entries(flags).map(([name, { kind, help }]) => {
    const flag = kind === 'switch' ? `--${name}` : `--${name} <${kind === 'number' ? 'number' : 'text'}>`;
    return `  ${flag.padEnd(38)}${help}`;
  });
  return ['Usage: crosspoint turn [options]', '', ...lines, ''].join('\n');
}

function definitionOf(kind: FlagKind) {
  return { type: kind === 'switch' ? ('boolean' as const) : ('string' as const), multiple: kind === 'list' };
}

function convert(name: string, kind: FlagKind, value: Values[string]): unknown {
  return kind === 'number' ? numberOf(name, value) : value;
}

function numberOf(name: string, value: Values[string]): number {
  const number = Number(value);
  if (value === '' || !Number.isFinite(number)) throw new TypeError(`--${name} expects a number, got ${String(value)}`);
  return number;
}

function textOf(value: Values[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textsOf(value: Values[string]): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function readSecrets(values: Values): string[] {
  const path = textOf(values['static-auth-secret-file']);
  const lines = path === undefined ? [] : readFileSync(path, 'utf8').split('\n');
  return [...textsOf(values['static-auth-secret']), ...lines.map((line) => line.trim()).filter((line) => line !== '')];
}

function readUsers(entries: readonly string[]): Record<string, string> {
  const users = entries.map((entry) => {
    const colon = entry.indexOf(':');
    if (colon < 1) throw new TypeError('--user expects name:password');
    return [entry.slice(0, colon), entry.slice(colon + 1)] as const;
  });
  return Object.fromEntries(users);
}

const lifetimeFlags = {
  allocationSeconds: 'default-allocate-lifetime',
  maxAllocationSeconds: 'max-allocate-lifetime',
  permissionSeconds: 'permission-lifetime',
  channelSeconds: 'channel-lifetime',
  nonceSeconds: 'stale-nonce',
} as const;

function readLifetimes(values: Values): NonNullable<TurnOptionsInput['lifetimes']> {
  const given = Object.entries(lifetimeFlags).filter(([, flag]) => values[flag] !== undefined);
  return Object.fromEntries(given.map(([option, flag]) => [option, numberOf(flag, values[flag])]));
}
