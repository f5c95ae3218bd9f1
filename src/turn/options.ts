import { z } from 'zod';
import { turnLimits } from '../shared/limits.ts';
import { parseAddressRange } from './net/address-ranges.ts';
import { ipFamilyOf } from './net/ip-address.ts';

const ipAddress = z.string().refine((text) => ipFamilyOf(text) !== undefined, {
  error: ({ input }) => `expected an IP address, got ${JSON.stringify(input)}`,
});

const addressRange = z.string().refine((text) => parseAddressRange(text) !== undefined, {
  error: ({ input }) =>
    `expected an address, a network such as 10.0.0.0/8 or a range first-last, got ${JSON.stringify(input)}`,
});

const externalAddress = z.string().refine((text) => isExternalAddress(text), {
  error: ({ input }) =>
    `expected "public" or "public/private" IP addresses of one family, got ${JSON.stringify(input)}`,
});

function isExternalAddress(text: string): boolean {
  const families = text.split('/').map(ipFamilyOf);
  return families.length <= 2 && families.every((family) => family !== undefined && family === families[0]);
}

const port = z.int().min(0).max(65_535);
const quota = z.int().min(0);
const seconds = z.number().positive().max(86_400);

/** Lifetimes in seconds. The defaults are the RFC's; tests shorten them. */
const lifetimes = z.strictObject({
  /** What an Allocate or Refresh is granted unless it asks for more. */
  allocationSeconds: seconds.default(600),
  /** The most that it is granted. */
  maxAllocationSeconds: seconds.default(3_600),
  permissionSeconds: seconds.default(300),
  channelSeconds: seconds.default(600),
  /** After this a nonce is answered with 438 and a new one. */
  nonceSeconds: seconds.default(3_600),
  /** How long a TCP or TLS connection may be without an allocation, and a TLS handshake may take. */
  idleConnectionSeconds: seconds.default(30),
  tlsHandshakeSeconds: seconds.default(10),
});

/** The options of the TURN server, under the names that users of coturn know, in camel case. */
const turnOptionsSchema = z
  .strictObject({
    /** UDP and TCP port; 0 picks a free one. */
    listeningPort: port.default(3_478),
    /** TLS port; 0 picks a free one. Used once there is a certificate. */
    tlsListeningPort: port.default(5_349),
    /** Local addresses. `0.0.0.0` and `::` stand for every address of the host, since replies must come from the same. */
    listeningAddresses: z.array(ipAddress).min(1).default(['127.0.0.1']),
    /** Where relayed addresses are taken; the listening addresses unless given. */
    relayAddresses: z.array(ipAddress).default([]),
    /** What a NAT before this host makes of the relay addresses: `public` or `public/private`. */
    externalAddresses: z.array(externalAddress).default([]),
    minPort: port.min(1).default(49_152),
    maxPort: port.min(1).default(65_535),
    realm: z.string().min(1).max(64).default('crosspoint'),
    /** Shared secrets of ephemeral credentials; all of them are valid, so that they can be rotated. */
    secrets: z.array(z.string().min(8)).max(turnLimits.maxSecrets).default([]),
    /** Static users and their passwords. */
    users: z.record(z.string().min(1), z.string().min(1)).default({}),
    /** Offers SHA-256 beside MD5 (RFC 8489), which clients that know neither ignore. */
    sha256: z.boolean().default(true),
    /** Allocations at a time of one user, one client address (an IPv6 /64) and in total; 0 is no limit. */
    userQuota: quota.default(48),
    addressQuota: quota.default(400),
    totalQuota: quota.default(4_000),
    /** Relayed payload, both directions together; 0 is no limit. */
    maxBytesPerSecondPerAllocation: quota.default(0),
    maxBytesPerSecondTotal: quota.default(0),
    /** Requests without valid credentials, Binding included, per second and client address, and their burst. */
    unauthenticatedPerSecond: z.int().min(1).default(turnLimits.unauthenticatedPerSecond),
    unauthenticatedBurst: z.int().min(1).default(turnLimits.unauthenticatedBurst),
    /** Peers that may be reached although they are denied by default, and peers that may not. */
    allowedPeers: z.array(addressRange).default([]),
    deniedPeers: z.array(addressRange).default([]),
    allowLoopbackPeers: z.boolean().default(false),
    /** PEM text, or the path of a PEM file. */
    certificate: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
    /** Also accepts channel numbers of 0x5000 to 0x7FFF, which RFC 8656 reserves and clients of RFC 5766 may pick. */
    rfc5766Channels: z.boolean().default(false),
    noUdp: z.boolean().default(false),
    noTcp: z.boolean().default(false),
    noTls: z.boolean().default(false),
    /** Answers STUN Binding requests only. */
    stunOnly: z.boolean().default(false),
    lifetimes: lifetimes.prefault({}),
    /** Worker threads that share the ports; 0 relays in the calling thread. Fixed while the server runs. */
    threads: z.int().min(0).max(64).default(0),
  })
  .check(({ value, issues }) => {
    for (const [path, message] of contradictionsOf(value))
      issues.push({ code: 'custom', path: [path], message, input: value });
  });

interface Checked {
  minPort: number;
  maxPort: number;
  stunOnly: boolean;
  secrets: string[];
  users: Record<string, string>;
  certificate?: string | undefined;
  key?: string | undefined;
  noUdp: boolean;
  noTcp: boolean;
  noTls: boolean;
}

/** What no single option shows: each with the option to name and a sentence. */
function contradictionsOf(options: Checked): [string, string][] {
  const hasUsers = options.secrets.length > 0 || Object.keys(options.users).length > 0;
  const hasTls = options.certificate !== undefined && !options.noTls;
  const found: [boolean, string, string][] = [
    [options.minPort > options.maxPort, 'minPort', 'expected a port not above maxPort'],
    [!options.stunOnly && !hasUsers, 'secrets', 'expected at least one secret or user, or stunOnly'],
    [
      (options.certificate === undefined) !== (options.key === undefined),
      'key',
      'expected certificate and key together',
    ],
    [options.noUdp && options.noTcp && !hasTls, 'noUdp', 'expected at least one of UDP, TCP and TLS'],
  ];
  return found.filter(([wrong]) => wrong).map(([, path, message]) => [path, message]);
}

export type TurnOptions = z.output<typeof turnOptionsSchema>;
export type TurnOptionsInput = z.input<typeof turnOptionsSchema>;

/** Checks options and fills in the defaults; the error names each wrong option, what was given and what is expected. */
export function parseTurnOptions(input: unknown): TurnOptions {
  const result = turnOptionsSchema.safeParse(input);
  if (!result.success) throw new TypeError(`The TURN options are not usable:\n${z.prettifyError(result.error)}`);
  return result.data;
}
