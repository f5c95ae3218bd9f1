import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { IceServer } from '../protocol/models.ts';
import type { ListeningPort } from '../sfu/types.ts';
import { isWildcard } from '../shared/config/load-config.ts';
import type { Config } from '../shared/config/schema.ts';
import type { Logger } from '../shared/logger.ts';
import type { TlsCredentials } from '../shared/tls/tls-credentials.ts';
import { createTurnCredentials } from '../turn/auth/turn-credentials.ts';
import { createTurnServer, type TurnServer } from '../turn/turn-server.ts';

interface TurnParts {
  config: Config;
  logger: Logger;
  /** That of the HTTP listener. */
  credentials: TlsCredentials | undefined;
  /** Where the SFU listens, which relays must reach although it may be on an address that is denied otherwise. */
  mediaPorts: readonly ListeningPort[];
}

/** STUN and TURN as clients are told of them. */
export interface TurnService {
  /** Absent when it is external or off. */
  readonly server: TurnServer | undefined;
  readonly urls: readonly string[];
  iceServersFor(user: string): IceServer[];
}

/** Starts the embedded STUN and TURN server, or only makes credentials for external ones. */
export async function startTurn(parts: TurnParts): Promise<TurnService> {
  const { turn } = parts.config;
  if (turn.mode === 'off') return { server: undefined, urls: [], iceServersFor: () => [] };
  const secrets = turn.secrets.length > 0 ? turn.secrets : [randomBytes(24).toString('base64url')];
  const server = turn.mode === 'embedded' ? await createTurnServer(await turnOptionsOf(parts, secrets)) : undefined;
  const urls = server ? urlsOf(server, parts.config) : turn.urls;
  // Without a secret that the external servers share, they can only be used for STUN.
  const secret = turn.mode === 'embedded' || turn.secrets.length > 0 ? secrets[0] : undefined;
  const ttlSeconds = turn.credentialLifetimeSeconds;
  return { server, urls, iceServersFor: (user) => iceServersOf({ urls, secret, user, ttlSeconds }) };
}

async function turnOptionsOf({ config, logger, credentials, mediaPorts }: TurnParts, secrets: readonly string[]) {
  const { turn } = config;
  const tls = await tlsOf(config, credentials);
  const relayAddress = turn.relayAddress ?? turn.listeningAddress;
  const external = await addressOf(turn.externalAddress ?? relayAddress);
  return {
    logger: logger.child({ part: 'turn' }),
    listeningPort: turn.listeningPort,
    tlsListeningPort: turn.tlsListeningPort,
    listeningAddresses: [turn.listeningAddress],
    relayAddresses: [relayAddress],
    externalAddresses: external === relayAddress ? [] : [external],
    minPort: turn.minPort,
    maxPort: turn.maxPort,
    realm: turn.realm,
    secrets: [...secrets],
    userQuota: turn.userQuota,
    addressQuota: turn.addressQuota,
    totalQuota: turn.totalQuota,
    maxBytesPerSecondPerAllocation: turn.maxBytesPerSecondPerAllocation,
    maxBytesPerSecondTotal: turn.maxBytesPerSecondTotal,
    threads: turn.threads,
    allowedPeers: [...turn.allowedPeers],
    deniedPeers: [...turn.deniedPeers],
    allowLoopbackPeers: turn.allowLoopbackPeers,
    ...(tls && { certificate: tls.certificate, key: tls.key }),
    noUdp: turn.noUdp,
    noTcp: turn.noTcp,
    noTls: turn.noTls,
    stunOnly: turn.stunOnly,
    allowedPeerAddresses: await peersOf(config, mediaPorts),
  };
}

async function tlsOf({ turn }: Config, credentials: TlsCredentials | undefined): Promise<TlsCredentials | undefined> {
  const { certificate, key } = turn;
  return certificate !== undefined && key !== undefined ? { certificate, key } : credentials;
}

/** Clients ask to relay to the address in the SFU's candidates, which is the announced one. */
async function peersOf({ media, turn }: Config, ports: readonly ListeningPort[]) {
  const announced = media.announcedAddress === undefined ? [] : [await addressOf(media.announcedAddress)];
  return ports.flatMap(({ address, port }) => {
    const bound = isWildcard(address) ? (turn.relayAddress ?? turn.listeningAddress) : address;
    return [...new Set([bound, ...announced])].map((peer) => ({ address: peer, port }));
  });
}

async function addressOf(nameOrAddress: string): Promise<string> {
  return isIP(nameOrAddress) === 0 ? (await lookup(nameOrAddress)).address : nameOrAddress;
}

function urlsOf(server: TurnServer, { turn, media }: Config): string[] {
  const places = new Map(server.addresses.map(({ transport, port }) => [transport, port]));
  return [...places].flatMap(([transport, port]) => {
    const host = isWildcard(turn.listeningAddress)
      ? (turn.externalAddress ?? media.announcedAddress ?? '127.0.0.1')
      : (turn.externalAddress ?? turn.listeningAddress);
    const place = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    if (transport === 'tls') return turn.stunOnly ? [] : [`turns:${place}?transport=tcp`];
    const stun = transport === 'udp' ? [`stun:${place}`] : [];
    return turn.stunOnly ? stun : [...stun, `turn:${place}?transport=${transport}`];
  });
}

function iceServersOf(parts: {
  urls: readonly string[];
  secret: string | undefined;
  user: string;
  ttlSeconds: number;
}): IceServer[] {
  const { urls, secret, user, ttlSeconds } = parts;
  const stun = urls.filter((url) => url.startsWith('stun'));
  const turn = urls.filter((url) => url.startsWith('turn'));
  const servers: IceServer[] = stun.length > 0 ? [{ urls: stun }] : [];
  if (turn.length === 0 || secret === undefined) return servers;
  const { username, credential } = createTurnCredentials({ secret, user, ttlSeconds });
  return [...servers, { urls: turn, username, credential }];
}
