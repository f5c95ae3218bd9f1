import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

type Encoding = 'br' | 'gzip' | 'identity';

interface StaticFile {
  type: string;
  etag: string;
  cacheControl: string;
  bodies: Partial<Record<Encoding, Buffer>>;
}

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
};

const COMPRESSED_SUFFIXES = { br: '.br', gzip: '.gz' } as const;

/** Everything from here, nothing inline, sockets to signaling wherever it is, and the camera for this page only. */
const SECURITY_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "connect-src 'self' ws: wss:",
    "media-src 'self' blob: mediastream:",
    "img-src 'self' blob: data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; '),
  'Permissions-Policy': 'camera=(self), microphone=(self), display-capture=(self)',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** The bundler puts a hash of the content into names below this folder, so they never change. */
const IMMUTABLE_PREFIX = '/assets/';

/**
 * Serves a folder from memory. It is read once; a request is looked up in a map of what was found, so that no path
 * leads outside of the folder. Files that were compressed when they were built are sent compressed.
 */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>;

  constructor(directory: string) {
    this.#files = loadFiles(directory);
  }

  /** Answers GET and HEAD for a file that exists and returns true; otherwise leaves the response alone. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const file = this.#files.get(toPath(request.url ?? '/'));
    if (!file) return false;
    send(file, request, response);
    return true;
  }
}

function toPath(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '/';
  return path.endsWith('/') ? `${path}index.html` : path;
}

function send(file: StaticFile, request: IncomingMessage, response: ServerResponse): void {
  const encoding = chooseEncoding(file, request.headers['accept-encoding'] ?? '');
  const body = file.bodies[encoding] ?? Buffer.alloc(0);
  response.setHeaders(new Map(Object.entries(SECURITY_HEADERS)));
  // Weak (RFC 9110 section 8.8.1): the compressed forms share it.
  response.setHeader('ETag', `W/${file.etag}`);
  response.setHeader('Cache-Control', file.cacheControl);
  response.setHeader('Vary', 'Accept-Encoding');
  if (matches(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304).end();
    return;
  }
  if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding);
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function chooseEncoding(file: StaticFile, accepted: string): Encoding {
  const names = accepted.split(',').filter((item) => !/;\s*q=0(\.0*)?\s*$/.test(item));
  const offered = new Set(names.map((item) => item.split(';', 1)[0]?.trim()));
  if (file.bodies.br && offered.has('br')) return 'br';
  return file.bodies.gzip && offered.has('gzip') ? 'gzip' : 'identity';
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  // If-None-Match compares weakly (RFC 9110 section 13.1.2).
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

function loadFiles(directory: string): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  if (!existsSync(directory)) return files;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const file = join(directory, name);
    const type = CONTENT_TYPES[extname(name)];
    if (type === undefined || !statSync(file).isFile()) continue;
    const path = `/${name.split(sep).join('/')}`;
    files.set(path, loadFile({ file, path, type }));
  }
  return files;
}

function loadFile({ file, path, type }: { file: string; path: string; type: string }): StaticFile {
  const body = readFileSync(file);
  const bodies: StaticFile['bodies'] = { identity: body };
  for (const encoding of ['br', 'gzip'] as const) {
    const compressed = file + COMPRESSED_SUFFIXES[encoding];
    if (existsSync(compressed)) bodies[encoding] = readFileSync(compressed);
  }
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const cacheControl = path.startsWith(IMMUTABLE_PREFIX) ? 'public, max-age=31536000, immutable' : 'no-cache';
  return { type, etag, cacheControl, bodies };
}
