import { z } from 'zod';
import { count, field, filePath, fixedPort, ipAddress, peerRange, port, reachableAddress } from '../field.ts';

const url = z
  .string()
  .regex(/^(stun|stuns|turn|turns):[^\s]+$/)
  .meta({ expected: 'an address such as turn:turn.example.org:3478?transport=udp' });

/** Names follow coturn's options, so that an operator finds the familiar meaning. */
export const turnSection = z.strictObject({
  mode: field(
    z.enum(['embedded', 'external', 'off']).default('embedded'),
    '`embedded` runs our STUN/TURN server, `external` hands out credentials for the servers in `turn.urls`.',
  ),
  listeningAddress: field(ipAddress().default('127.0.0.1'), 'Address on which STUN and TURN clients are served.'),
  listeningPort: field(port().default(3478), 'Port for UDP and TCP; 0 lets the system choose one.'),
  tlsListeningPort: field(port().default(5349), 'Port for TLS; used when there is a certificate.'),
  relayAddress: field(ipAddress().optional(), 'Address that relay ports are bound to.', {
    defaultText: 'the listening address; when that is `0.0.0.0` or `::`, found automatically',
  }),
  externalAddress: field(reachableAddress().optional(), 'Address that clients are told, when behind NAT.', {
    defaultText: 'the relay address',
  }),
  minPort: field(fixedPort().default(49_152), 'First port of the relay range.'),
  maxPort: field(fixedPort().default(65_535), 'Last port of the relay range.'),
  realm: field(z.string().min(1).max(127).default('crosspoint'), 'Realm of the long-term credentials.'),
  secrets: field(
    z.array(z.string().min(16)).max(4).default([]),
    'Shared secrets for short-lived credentials, at least 16 characters each: the first signs, all are accepted.',
    { secret: true, defaultText: 'one is made at every start' },
  ),
  credentialLifetimeSeconds: field(
    z.int().min(60).max(86_400).default(3_600),
    'How long the credentials in a join reply can be used to begin an allocation.',
  ),
  userQuota: field(count().default(16), 'Allocations that one user may have at a time.'),
  addressQuota: field(
    count().default(400),
    'Allocations of one client address (of an IPv6 /64) at a time; people behind one NAT share it.',
  ),
  totalQuota: field(count().default(4_096), 'Allocations that the server holds at a time.'),
  maxBytesPerSecondPerAllocation: field(
    z.int().min(0).default(0),
    'Relayed bytes per second of one allocation, both directions together; 0 is no limit.',
  ),
  maxBytesPerSecondTotal: field(
    z.int().min(0).default(0),
    'Relayed bytes per second of all allocations together; 0 is no limit.',
  ),
  threads: field(
    z.int().min(0).max(64).default(0),
    'Threads that share the TURN ports; 0 relays in the main thread, which is enough for a few calls.',
  ),
  allowedPeers: field(
    z.array(peerRange()).default([]),
    'Peers that may be reached although denied by default, beside the media workers.',
  ),
  deniedPeers: field(z.array(peerRange()).default([]), 'Peers that are refused beside those denied by default.'),
  allowLoopbackPeers: field(
    z.boolean().default(false),
    'Let relays reach loopback addresses, other relays there included. Only for tests on one machine.',
  ),
  certificate: field(filePath().optional(), 'PEM file with the certificate chain for TURN over TLS.', {
    defaultText: 'that of `http.tls`',
  }),
  key: field(filePath().optional(), 'PEM file with the private key of the certificate.', {
    defaultText: 'that of `http.tls`',
  }),
  noUdp: field(z.boolean().default(false), 'Do not serve clients over UDP.'),
  noTcp: field(z.boolean().default(false), 'Do not serve clients over TCP.'),
  noTls: field(z.boolean().default(false), 'Do not serve clients over TLS.'),
  stunOnly: field(z.boolean().default(false), 'Answer STUN Binding requests only; relay nothing.'),
  urls: field(z.array(url).max(16).default([]), 'With `external`: the servers that clients are told.'),
});
