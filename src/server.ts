import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAccess, type OpenTo } from './server/access.ts';
import { checkConfigFiles, openDatabase } from './server/config-files.ts';
import { HttpEdge } from './server/http-edge.ts';
import { IdleCollector } from './server/idle-collector.ts';
import { createMetrics } from './server/metrics.ts';
import { sfuOptionsOf } from './server/sfu-options.ts';
import { signalingOptionsOf } from './server/signaling-options.ts';
import { startTurn } from './server/turn.ts';
import { createWebhooks } from './server/webhooks.ts';
import { createSfu } from './sfu/create-sfu.ts';
import type { SfuCounts } from './sfu/types.ts';
import { isWildcard } from './shared/config/load-config.ts';
import type { Config } from './shared/config/schema.ts';
import type { Logger } from './shared/logger.ts';
import type { Metrics } from './shared/metrics.ts';
import { HubCounters } from './shared/tally.ts';
import { loadTlsCredentials } from './shared/tls/tls-credentials.ts';
import { ApiEndpoint } from './signaling/api/api-endpoint.ts';
import type { TokenVerifier } from './signaling/auth/token-verifier.ts';
import { signalingPath } from './signaling/edge/signaling-edge.ts';
import { Hub, type HubCounts } from './signaling/hub.ts';
import { MetricsEndpoint } from './signaling/metrics-endpoint.ts';
import { StaticFiles } from './signaling/static-files.ts';
import { refuseUpgrade } from './signaling/websocket/handshake.ts';

const WEB_DEMO_DIR = fileURLToPath(new URL('../dist/web-demo', import.meta.url));

const openModeWarnings = {
  network: 'open mode: everybody who can reach this server may join every room',
  machine: 'development mode: no access token is asked for, because only this machine can reach the server',
} as const;

export interface ServerOptions {
  config: Config;
  logger: Logger;
  /** Tells servers apart that share a store. */
  instanceId?: string;
}

interface ServerAddresses {
  demo: string;
  signaling: string;
  http: { host: string; port: number };
  media: { address: string; port: number; protocol: 'udp' | 'tcp' }[];
  turn: { url: string }[];
}

export interface RunningServer {
  readonly addresses: ServerAddresses;
  readonly openTo: OpenTo;
  /** Living things, for tests that nothing is left. */
  counts(): { hub: HubCounts; sfu: SfuCounts };
  /** Process ids of the media workers. */
  workerPids(): number[];
  /** Lets calls go on for as long as the configuration grants, and takes no new rooms meanwhile. */
  drain(): Promise<void>;
  /** Tells everyone, and ends all parts in the order in which they need each other. Idempotent. */
  close(): Promise<void>;
}

/** What has been started, to be closed in the opposite order. */
class Parts {
  readonly #closers: (() => Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  add<T extends { close(): Promise<void> }>(part: T): T {
    this.#closers.unshift(() => part.close());
    return part;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'Parts of the server could not be closed.');
  }
}

/** Composes the parts and starts them; resolves when everything listens. When one cannot start, nothing is left behind. */
export async function createServer({ config, logger }: ServerOptions): Promise<RunningServer> {
  const parts = new Parts();
  try {
    return await start({ config, logger, parts });
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function start({ config, logger, parts }: ServerOptions & { parts: Parts }): Promise<RunningServer> {
  await checkConfigFiles(config);
  const database = parts.add(openDatabase(config, logger));
  const credentials = await tlsCredentialsOf(config);
  const sfu = parts.add(await createSfu({ logger: logger.child({ part: 'sfu' }), options: sfuOptionsOf(config) }));
  const turn = await startTurn({ config, logger, credentials, mediaPorts: sfu.ports });
  if (turn.server) parts.add(turn.server);
  const counters = new HubCounters();
  const { doorkeeper, verifier, openTo } = createAccess(config, database);
  const webhooks = createWebhooks(config, database, logger);
  if (webhooks) parts.add(webhooks);
  const { iceServersFor } = turn;
  const hub = new Hub({
    ...signalingOptionsOf(config),
    logger,
    counters,
    sfu,
    database,
    doorkeeper,
    iceServersFor,
    webhooks: webhooks?.sender,
  });
  const metrics = parts.add(createMetrics({ hub, counters, sfu, turn: turn.server }));
  const http = parts.add(await listen(config, { credentials, hub, metrics, verifier, logger }));
  parts.add(hub);
  parts.add(new IdleCollector({ connections: () => hub.counts().connections }));
  logger.debug({ host: config.http.host, port: http.address.port }, 'HTTP listens');
  if (openTo) logger.warn(openModeWarnings[openTo]);
  return {
    addresses: {
      ...httpAddresses(config, http.address.port),
      media: sfu.ports,
      turn: turn.urls.map((url) => ({ url })),
    },
    openTo,
    counts: () => ({ hub: hub.counts(), sfu: sfu.counts() }),
    workerPids: () => sfu.workerPids(),
    drain: () => drain(config, hub),
    close: () => parts.close(),
  };
}

async function drain({ shutdown: { drainTimeoutMs } }: Config, hub: Hub): Promise<void> {
  if (drainTimeoutMs > 0) await hub.drain(drainTimeoutMs);
}

function tlsCredentialsOf({ http, media, cacheDirectory = '.' }: Config) {
  const hosts = [http.host, media.announcedAddress ?? http.host].filter((host) => !isWildcard(host));
  return loadTlsCredentials(http.tls, { directory: join(cacheDirectory, 'tls'), hosts });
}

interface HttpParts {
  credentials: Awaited<ReturnType<typeof tlsCredentialsOf>>;
  hub: Hub;
  metrics: Metrics;
  verifier: TokenVerifier | undefined;
  logger: Logger;
}

function listen({ http, metrics: { token } }: Config, { credentials, hub, metrics, verifier, logger }: HttpParts) {
  const { administration, limits } = hub;
  const { trustProxy } = http;
  const api = new ApiEndpoint({ administration, verifier, limits, trustProxy, logger });
  const endpoints = [new MetricsEndpoint({ metrics, token }), api, new StaticFiles(WEB_DEMO_DIR)];
  return HttpEdge.start({
    host: http.host,
    port: http.port,
    credentials,
    onRequest: answerWith(endpoints, hub),
    onUpgrade: (request, socket, head) => {
      if (request.url?.split('?', 1)[0] === signalingPath) hub.handleUpgrade(request, socket, head);
      else refuseUpgrade(socket, { status: 404, reason: 'There is no WebSocket here.' });
    },
  });
}

interface Endpoint {
  /** False when the request is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

function answerWith(endpoints: readonly Endpoint[], hub: Hub): RequestListener {
  return (request, response) => {
    if (request.url === '/healthz') answerHealth(response, hub);
    else if (!endpoints.some((endpoint) => endpoint.handle(request, response))) response.writeHead(404).end();
  };
}

/** A load balancer sends newcomers elsewhere as soon as the server is about to stop. */
function answerHealth(response: ServerResponse, { draining }: Hub): void {
  response.writeHead(draining ? 503 : 200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' });
  response.end(draining ? 'draining\n' : 'ok\n');
}

function httpAddresses({ http, media }: Config, port: number) {
  const secure = http.tls.selfSigned || http.tls.certificate !== undefined;
  const reachable = isWildcard(http.host) ? (media.announcedAddress ?? 'localhost') : http.host;
  const authority = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  return {
    demo: `${secure ? 'https' : 'http'}://${authority}/`,
    signaling: `${secure ? 'wss' : 'ws'}://${authority}${signalingPath}`,
    http: { host: http.host, port },
  };
}
