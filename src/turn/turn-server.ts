import { readFile } from 'node:fs/promises';
import { createSilentLogger } from '../shared/logger.ts';
import type { TurnLogger } from './limit/limit-log.ts';
import type { AddressAndPort, AllowPeer } from './limit/peer-filter.ts';
import type { ListenerPlace } from './listener/listeners.ts';
import { MetricCells, readMetrics, type TurnMetrics } from './metrics.ts';
import { expandAddresses } from './net/local-addresses.ts';
import { parseTurnOptions, type TurnOptions, type TurnOptionsInput } from './options.ts';
import { ThreadGroup } from './thread/thread-group.ts';
import { createThreadMemory } from './thread/thread-memory.ts';
import type { CertificatePem } from './thread/thread-messages.ts';

export interface TurnServerOptions extends TurnOptionsInput {
  readonly logger?: TurnLogger | undefined;
  /** Exact addresses and ports, the SFU's, that may be relayed to whatever the filter says. */
  readonly allowedPeerAddresses?: readonly AddressAndPort[] | undefined;
  /** The same as a question, asked when a permission or a peer is new; only without threads. */
  readonly allowPeer?: AllowPeer | undefined;
}

export interface TurnServer {
  /** Where clients reach it, with the ports that were picked where 0 was asked for. */
  readonly addresses: readonly ListenerPlace[];
  metrics(): TurnMetrics;
  /** Ends a user's allocations and refuses the user from now on; `user` is the name without an expiry. */
  revokeUser(user: string): void;
  /** Replaces the shared secrets. Allocations that exist go on. */
  setSecrets(secrets: readonly string[]): void;
  setAllowedPeerAddresses(pairs: readonly AddressAndPort[]): void;
  /** Reads the certificate and key again, from their files where they are paths, for connections to come. */
  reloadCertificate(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a STUN and TURN server and resolves once it listens. Rejects with a TypeError that names the options that are
 * not usable, or with the error of a socket that cannot be opened.
 */
export async function createTurnServer(input: TurnServerOptions): Promise<TurnServer> {
  const { logger = createSilentLogger(), allowedPeerAddresses = [], allowPeer, ...rest } = input;
  const options = parseTurnOptions(rest);
  if (allowPeer !== undefined && options.threads > 0) {
    throw new TypeError('The TURN options are not usable: allowPeer is a function and needs threads: 0');
  }
  const memory = createThreadMemory(Math.max(1, options.threads));
  const listeningAddresses = expandAddresses(options.listeningAddresses);
  const relayAddresses = expandAddresses(
    options.relayAddresses.length > 0 ? options.relayAddresses : listeningAddresses,
  );
  const certificate = await readCertificate(options);
  const group = new ThreadGroup(
    { options, memory, relayAddresses, allowedPairs: allowedPeerAddresses, certificate },
    { logger, allowPeer },
  );
  await group.open(placesOf(options, listeningAddresses));
  const cells = memory.metrics.map((buffer) => new MetricCells(buffer));
  logger.info({ addresses: group.places, threads: options.threads }, 'TURN server listens');
  return {
    addresses: group.places,
    metrics: () => readMetrics(cells),
    revokeUser: (user) => group.revokeUser(user),
    setSecrets: (secrets) => group.setSecrets(parseTurnOptions({ ...rest, secrets: [...secrets] }).secrets),
    setAllowedPeerAddresses: (pairs) => group.setAllowedPairs(pairs),
    reloadCertificate: async () => group.setCertificate(await readCertificate(options)),
    close: () => group.close(),
  };
}

function placesOf(options: TurnOptions, addresses: readonly string[]): ListenerPlace[] {
  const { listeningPort, tlsListeningPort, noUdp, noTcp, noTls, certificate } = options;
  const at = (transport: ListenerPlace['transport'], port: number) =>
    addresses.map((address) => ({ transport, address, port }));
  return [
    ...(noUdp ? [] : at('udp', listeningPort)),
    ...(noTcp ? [] : at('tcp', listeningPort)),
    ...(noTls || certificate === undefined ? [] : at('tls', tlsListeningPort)),
  ];
}

async function readCertificate({ certificate, key, noTls }: TurnOptions): Promise<CertificatePem | undefined> {
  if (certificate === undefined || key === undefined || noTls) return undefined;
  return { cert: await readPem(certificate), key: await readPem(key) };
}

async function readPem(textOrPath: string): Promise<string> {
  return textOrPath.includes('-----BEGIN') ? textOrPath : readFile(textOrPath, 'utf8');
}
