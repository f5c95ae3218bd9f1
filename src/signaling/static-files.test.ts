import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StaticFiles } from './static-files.ts';

const SCRIPT = 'console.log("a script that is long enough");';
let directory: string;
let server: Server;
let port: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosspoint-static-'));
  await writeFile(join(directory, 'secret.txt'), 'outside');
  const root = join(directory, 'root');
  await mkdir(join(root, 'assets'), { recursive: true });
  await writeFile(join(root, 'index.html'), '<!doctype html>');
  await writeFile(join(root, 'assets', 'main-abc.js'), SCRIPT);
  await writeFile(join(root, 'assets', 'main-abc.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(root, 'assets', 'main-abc.js.gz'), gzipSync(SCRIPT));
  const files = new StaticFiles(root);
  server = createServer((incoming, response) => {
    if (!files.handle(incoming, response)) response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

/** Sends the path as it is given, which `fetch` would not. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const outgoing = request({ host: '127.0.0.1', port, path, headers, method }).end();
  const [response] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const responseHeaders: IncomingHttpHeaders = response.headers;
  return { status: Number(response.statusCode), headers: responseHeaders, body: Buffer.concat(chunks) };
}

describe('StaticFiles', () => {
  it('answers the root with index.html, which is looked up anew each time', async () => {
    const { status, headers, body } = await get('/?room=a');
    expect(status).toBe(200);
    expect(body.toString()).toBe('<!doctype html>');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-cache');
  });

  it('lets only the page itself run scripts, and connect to signaling anywhere', async () => {
    const { headers } = await get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("connect-src 'self' ws: wss:");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("object-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('lets no other page frame it, nor learn where its visitors come from, nor use their camera', async () => {
    const { headers } = await get('/');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self)',
    });
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '//secret.txt',
    '/assets/..\\..\\secret.txt',
    '/assets',
    '/__proto__',
    '/index.html%00.js',
  ])('knows nothing of %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('sends the best form that was prepared and that the client takes', async () => {
    const path = '/assets/main-abc.js';
    const brotli = await get(path, { 'accept-encoding': 'gzip, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toBe(SCRIPT);
    expect((await get(path, { 'accept-encoding': 'gzip, br;q=0' })).headers['content-encoding']).toBe('gzip');
    const plain = await get(path);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.toString()).toBe(SCRIPT);
    expect(plain.headers.vary).toBe('Accept-Encoding');
    expect(plain.headers['cache-control']).toContain('immutable');
  });

  it('answers 304 to who has it already', async () => {
    const etag = String((await get('/')).headers.etag);
    const { status, body } = await get('/', { 'if-none-match': `"other", ${etag}` });
    expect(status).toBe(304);
    expect(body).toHaveLength(0);
    expect((await get('/', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('answers HEAD without a body and leaves other methods alone', async () => {
    const head = await get('/', {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.headers['content-length']).toBe('15');
    expect(head.body).toHaveLength(0);
    expect((await get('/', {}, 'POST')).status).toBe(404);
  });

  it('has nothing to serve where there is no folder', () => {
    expect(() => new StaticFiles(join(directory, 'absent'))).not.toThrow();
  });
});
