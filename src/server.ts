import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isWildcard } from './shared/config/load-config.ts';
import type { Config } from './shared/config/schema.ts';
import type { Logger } from './shared/logger.ts';
import { loadTlsCredentials } from './shared/tls/tls-credentials.ts';
import { StaticFiles } from './signaling/static-files.ts';

const WEB_DEMO_DIR = fileURLToPath(new URL('../dist/web-demo', import.meta.url));

export interface ServerOptions {
  config: Config;
  logger: Logger;
  /** Tells servers apart that share a store. */
  instanceId?: string;
}

export interface ServerAddresses {
  demo: string;
  signaling: string;
  http: { host: string; port: number };
  media: { address: string; port: number; protocol: 'udp' | 'tcp' }[];
  turn: { url: string }[];
}

export interface RunningServer {
  readonly addresses: ServerAddresses;
  close(): Promise<void>;
}

/** Composes the parts and starts them; resolves when everything listens. */
export async function createServer({ config, logger }: ServerOptions): Promise<RunningServer> {
  const staticFiles = new StaticFiles(WEB_DEMO_DIR);
  const server = await createEdge(config, (request, response) => {
    if (request.url === '/healthz') response.writeHead(200, { 'Content-Type': 'text/plain' }).end('ok\n');
    else if (!staticFiles.handle(request, response)) response.writeHead(404).end();
  });
  const { port } = await listen(server, config);
  logger.debug({ host: config.http.host, port }, 'HTTP listens');
  return {
    addresses: { ...httpAddresses(config, port), media: [], turn: [] },
    close: () => closeServer(server),
  };
}

async function createEdge(config: Config, listener: RequestListener): Promise<Server> {
  const { http, media, cacheDirectory = '.' } = config;
  const hosts = [http.host, media.announcedAddress ?? http.host].filter((host) => !isWildcard(host));
  const credentials = await loadTlsCredentials(http.tls, { directory: join(cacheDirectory, 'tls'), hosts });
  if (!credentials) return createHttpServer(listener);
  return createHttpsServer({ cert: credentials.certificate, key: credentials.key, minVersion: 'TLSv1.2' }, listener);
}

async function listen(server: Server, { http }: Config): Promise<AddressInfo> {
  server.listen({ host: http.host, port: http.port });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The HTTP server has no address.');
  return address;
}

function httpAddresses({ http, media }: Config, port: number) {
  const secure = http.tls.selfSigned || http.tls.certificate !== undefined;
  const reachable = isWildcard(http.host) ? (media.announcedAddress ?? 'localhost') : http.host;
  const authority = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  return {
    demo: `${secure ? 'https' : 'http'}://${authority}/`,
    signaling: `${secure ? 'wss' : 'ws'}://${authority}/signaling`,
    http: { host: http.host, port },
  };
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
