import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../shared/metrics.ts';

const metricsPath = '/metrics';

interface MetricsEndpointOptions {
  metrics: Metrics;
  /** Asked for as a bearer token; without one only this machine may read, and only directly. */
  token?: string | undefined;
}

/** A proxy on the same machine connects from loopback, too; these tell that somebody else is behind it. */
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];
const loopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;

/** `GET /metrics` in Prometheus’ text format, for those who may read it. */
export class MetricsEndpoint {
  readonly #metrics: Metrics;
  readonly #tokenDigest: Buffer | undefined;

  constructor({ metrics, token }: MetricsEndpointOptions) {
    this.#metrics = metrics;
    this.#tokenDigest = token === undefined ? undefined : digest(token);
  }

  /** Answers a request for the metrics; false when it is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url?.split('?', 1)[0] !== metricsPath) return false;
    if (request.method !== 'GET') response.writeHead(405, { Allow: 'GET' }).end();
    else if (this.#mayRead(request)) void this.#answer(response);
    else if (this.#tokenDigest) response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
    else response.writeHead(403).end('Metrics are served to this machine only, unless metrics.token is set.\n');
    return true;
  }

  #mayRead(request: IncomingMessage): boolean {
    if (this.#tokenDigest) return isBearerOf(request, this.#tokenDigest);
    const forwarded = forwardingHeaders.some((name) => request.headers[name] !== undefined);
    return !forwarded && loopback.test(request.socket.remoteAddress ?? '');
  }

  async #answer(response: ServerResponse): Promise<void> {
    try {
      const text = await this.#metrics.text();
      response.writeHead(200, { 'Content-Type': this.#metrics.registry.contentType, 'Cache-Control': 'no-store' });
      response.end(text);
    } catch {
      response.writeHead(500).end();
    }
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Digests have one length, so comparing them says nothing about the token’s. */
function isBearerOf(request: IncomingMessage, expected: Buffer): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), expected);
}
