import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIP } from 'node:net';
import { z } from 'zod';
import { isWildcard } from '../shared/config/load-config.ts';
import type { Config } from '../shared/config/schema.ts';
import { type Finding, good, stop } from './finding.ts';

interface WantedPort {
  purpose: string;
  protocol: 'tcp' | 'udp';
  address: string;
  port: number;
  key: string;
}

const ADVICE: Record<string, string> = {
  EADDRINUSE: 'another program uses it: end that one (`ss -lntup` shows it), or set',
  EADDRNOTAVAIL: 'this machine has no such address: set the address, or',
  EACCES: 'ports below 1024 need further rights: choose a higher one with',
};

/** Whether everything that the configuration listens on is free. Port 0 always is. */
export async function checkPorts(config: Config): Promise<Finding[]> {
  const wanted = wantedPorts(config).filter(({ port }) => port !== 0);
  const findings = await Promise.all(wanted.map(checkPort));
  const bad = findings.filter((finding) => finding !== undefined);
  return bad.length > 0
    ? bad
    : [good(`all ${wanted.length} ports are free: ${[...new Set(wanted.map(({ port }) => port))].join(', ')}`)];
}

function wantedPorts(config: Config): WantedPort[] {
  return [
    { purpose: 'HTTP', protocol: 'tcp', address: config.http.host, port: config.http.port, key: 'http.port' },
    ...mediaPorts(config),
    ...turnPorts(config),
  ];
}

function mediaPorts({ media }: Config): WantedPort[] {
  const protocols = media.enableTcp ? (['udp', 'tcp'] as const) : (['udp'] as const);
  const workers = media.port === 0 ? [] : Array.from({ length: media.workers ?? 1 }, (_, index) => index);
  return workers.flatMap((index) =>
    media.listenAddresses.flatMap((address) =>
      protocols.map((protocol) => ({
        purpose: `media worker ${index + 1}`,
        protocol,
        address,
        port: media.port + index,
        key: 'media.port',
      })),
    ),
  );
}

function turnPorts({ turn }: Config): WantedPort[] {
  if (turn.mode !== 'embedded') return [];
  const common = {
    purpose: 'TURN',
    address: turn.listeningAddress,
    port: turn.listeningPort,
    key: 'turn.listeningPort',
  };
  return [
    ...(turn.noUdp ? [] : [{ ...common, protocol: 'udp' as const }]),
    ...(turn.noTcp ? [] : [{ ...common, protocol: 'tcp' as const }]),
  ];
}

async function checkPort(wanted: WantedPort): Promise<Finding | undefined> {
  const { purpose, protocol, address, port, key } = wanted;
  const code = await (protocol === 'tcp' ? tryTcp(wanted) : tryUdp(wanted));
  if (code === undefined) return undefined;
  const place = `${protocol} port ${port}${isWildcard(address) ? '' : ` of ${address}`}`;
  return stop(`${purpose} cannot listen on ${place} (${code})`, `${ADVICE[code] ?? 'choose another with'} ${key}`);
}

async function tryTcp({ address, port }: WantedPort): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return codeOf(error);
  } finally {
    server.close();
  }
}

async function tryUdp({ address, port }: WantedPort): Promise<string | undefined> {
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, 'listening');
    return undefined;
  } catch (error) {
    return codeOf(error);
  } finally {
    socket.close();
  }
}

function codeOf(error: unknown): string {
  return z.object({ code: z.string() }).safeParse(error).data?.code ?? 'unknown error';
}
