import type { IncomingMessage, ServerResponse } from 'node:http';
import { CrosspointError, toCrosspointError } from '../../shared/errors.ts';
import type { SignalingLimits } from '../../shared/limits.ts';
import type { Logger } from '../../shared/logger.ts';
import { roomMatches } from '../auth/access-token.ts';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import { AddressRate } from '../edge/address-rate.ts';
import { clientAddress } from '../edge/client-address.ts';
import type { Administration } from './administration.ts';
import { statusOf } from './api-status.ts';
import { requireCover, routes } from './routes.ts';

const prefix = '/api/v1';
/** What a message has around its body. */
const envelopeBytes = 4_096;

interface ApiOptions {
  administration: Administration;
  /** Absent on a server without keys: nobody can prove to be an administrator then. */
  verifier: TokenVerifier | undefined;
  limits: SignalingLimits;
  trustProxy: boolean;
  logger: Logger;
}

interface Target {
  path: string;
  query: URLSearchParams;
}

type Match = { route: (typeof routes)[number]; names: Record<string, string> };

/** The HTTP API for other servers: finds the route, asks for a token with the grant admin, and answers in JSON. */
export class ApiEndpoint {
  readonly #options: ApiOptions;
  readonly #rate: AddressRate;

  constructor(options: ApiOptions) {
    const { limits } = options;
    this.#options = options;
    this.#rate = new AddressRate({
      perSecond: limits.apiRequestsPerSecondPerAddress,
      burst: limits.apiRequestBurstPerAddress,
      maxAddresses: limits.maxTrackedAddresses,
    });
  }

  /** False when the request is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const target = targetOf(request);
    if (target.path !== prefix && !target.path.startsWith(`${prefix}/`)) return false;
    this.#answer(request, target).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => this.#refuse(response, toCrosspointError(error)),
    );
    return true;
  }

  async #answer(request: IncomingMessage, { path, query }: Target): Promise<{ status: number; body?: unknown }> {
    const { administration, verifier, limits, trustProxy } = this.#options;
    const retryAfterMs = this.#rate.take(clientAddress(request, trustProxy), performance.now());
    if (retryAfterMs > 0) throw new CrosspointError('rateLimited', { data: { retryAfterMs } });
    if (!verifier)
      throw new CrosspointError('unauthorized', { message: 'This server has no API key; set auth.apiKeys.' });
    const claims = await verifier.verifyAdmin(tokenOf(request));
    const { route, names } = findRoute(request.method ?? '', path.slice(prefix.length));
    const covers = (room: string) => roomMatches(claims.room, room);
    const maxBodyBytes = limits.maxMessageBytes + envelopeBytes;
    const call = { request, query, administration, maxBodyBytes, covers };
    if (names.room !== undefined) requireCover(call, names.room);
    return route.handle(call, names);
  }

  #refuse(response: ServerResponse, { code, message, data, cause }: CrosspointError): void {
    if (code === 'internalError') this.#options.logger.error({ err: cause }, 'an API request failed');
    if (code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
    // What is left of a body that was not read would be taken for the next request.
    response.setHeader('Connection', 'close');
    send(response, statusOf(code), { error: { code, message, ...(data !== undefined && { data }) } });
  }
}

/** Not by the rules for URLs, by which a room called `..` would be the way out of the API. */
function targetOf({ url = '' }: IncomingMessage): Target {
  const [path = ''] = url.split('?', 1);
  return { path, query: new URLSearchParams(url.slice(path.length)) };
}

function tokenOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function findRoute(method: string, path: string): Match {
  const found = routes.flatMap((route) => {
    const names = namesIn(route.path, path);
    return names ? [{ route, names }] : [];
  });
  const match = found.find(({ route }) => route.method === method);
  if (match) return match;
  const methods = found.map(({ route }) => route.method).join(', ');
  const message = methods === '' ? 'The API has no such path.' : `That path takes ${methods}.`;
  throw new CrosspointError('unknownMethod', { message });
}

/** The parts of a path that stand for the pattern's names; undefined when it is another path. */
function namesIn(pattern: string, path: string): Record<string, string> | undefined {
  const parts = path.split('/');
  const expected = pattern.split('/');
  if (parts.length !== expected.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, name] of expected.entries()) {
    const part = parts[index] ?? '';
    if (name.startsWith(':')) names[name.slice(1)] = decode(part);
    else if (name !== part) return undefined;
  }
  return names;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status !== 204 && { 'Content-Length': Buffer.byteLength(text) }),
  });
  response.end(text);
}
