import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { StepFailure } from '../lib/step-failure.mjs';
import { cachedWorkerPath, readMediasoupPackage, workerCacheDir } from './identity.mjs';
import { prebuiltUrl } from './prebuilt.mjs';
import { patchDtlsTransport } from './recipe/patch-dtls-transport.mjs';
import { resolveWorker } from './resolve.mjs';
import { findWorkerFault } from './verify.mjs';

/** Does what a worker does first: it says something on descriptor 4, and stays. */
const WORKING = '#!/bin/sh\nprintf running >&4\nexec sleep 30\n';
const BROKEN = '#!/bin/sh\necho "libuv.so.1: cannot open shared object file" >&2\nexit 127\n';

let directory: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'crosspoint-worker-'));
  environment = { XDG_CACHE_HOME: directory, MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: 'http://127.0.0.1:1' };
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function writeProgram(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** A release page; the archive is packed by tar, as the project does. */
async function servePrebuilt(program: string): Promise<string[]> {
  const folder = join(directory, 'release');
  writeProgram(join(folder, 'mediasoup-worker'), program);
  const tar = spawn('tar', ['-czf', join(directory, 'worker.tgz'), '-C', folder, 'mediasoup-worker']);
  await once(tar, 'exit');
  return serve((_request, response) => response.end(readFileSync(join(directory, 'worker.tgz'))));
}

async function serve(listener: RequestListener): Promise<string[]> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    listener(request, response);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  environment.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL = `http://127.0.0.1:${port}`;
  return paths;
}

describe('resolving a worker', () => {
  it('takes the one that MEDIASOUP_WORKER_BIN names before all others', async () => {
    writeProgram(cachedWorkerPath(environment), WORKING);
    const given = writeProgram(join(directory, 'given'), WORKING);
    expect(await resolveWorker({ ...environment, MEDIASOUP_WORKER_BIN: given })).toBe(given);
  });

  it('fails with what to do when that one does not start, rather than taking another', async () => {
    writeProgram(cachedWorkerPath(environment), WORKING);
    const given = writeProgram(join(directory, 'given'), BROKEN);
    const failure = await resolveWorker({ ...environment, MEDIASOUP_WORKER_BIN: given }).catch(
      (error: unknown) => error,
    );
    if (!(failure instanceof StepFailure)) throw new Error('It resolved.');
    expect(failure.describe()).toContain(given);
    expect(failure.describe()).toContain('libuv.so.1: cannot open');
    expect(failure.describe()).toContain('unset it');
  });

  it('takes the cached one without asking the network', async () => {
    const paths = await servePrebuilt(WORKING);
    const cached = writeProgram(cachedWorkerPath(environment), WORKING);
    expect(await resolveWorker(environment)).toBe(cached);
    expect(paths).toEqual([]);
  });

  it('fetches the official one, and keeps it', async () => {
    const paths = await servePrebuilt(WORKING);
    const resolved = await resolveWorker(environment);
    expect(resolved).toBe(cachedWorkerPath(environment));
    expect(paths).toEqual([new URL(prebuiltUrl(readMediasoupPackage(), environment)).pathname]);
    expect(await resolveWorker(environment)).toBe(resolved);
    expect(paths).toHaveLength(1);
    expect(leftovers()).toEqual([]);
  });

  it('replaces a cached one that no longer starts', async () => {
    await servePrebuilt(WORKING);
    const cached = writeProgram(cachedWorkerPath(environment), BROKEN);
    expect(await resolveWorker(environment)).toBe(cached);
    expect(readFileSync(cached, 'utf8')).toBe(WORKING);
  });

  it('fetches it once for several that ask at the same time', async () => {
    const paths = await servePrebuilt(WORKING);
    const resolved = await Promise.all([
      resolveWorker(environment),
      resolveWorker(environment),
      resolveWorker(environment),
    ]);
    expect(new Set(resolved)).toEqual(new Set([cachedWorkerPath(environment)]));
    expect(paths).toHaveLength(1);
  });

  it('takes over from a build whose process is gone, and removes what it left', async () => {
    await servePrebuilt(WORKING);
    const gone = spawn('true');
    await once(gone, 'exit');
    mkdirSync(join(workerCacheDir(environment), `.build-${gone.pid}`), { recursive: true });
    writeFileSync(join(workerCacheDir(environment), '.lock'), String(gone.pid));
    expect(await resolveWorker(environment)).toBe(cachedWorkerPath(environment));
    expect(leftovers()).toEqual([]);
  });

  function leftovers(): string[] {
    return readdirSync(workerCacheDir(environment)).filter((name) => name.startsWith('.'));
  }
});

describe('the cache', () => {
  it('keys a worker by version, recipe, system and architecture', () => {
    const { version } = readMediasoupPackage();
    const key = basename(dirname(cachedWorkerPath(environment)));
    expect(key).toMatch(new RegExp(`^${version}-[0-9a-f]{12}-${process.platform}-${process.arch}$`));
  });

  it('is below the home directory when XDG_CACHE_HOME is not set', () => {
    expect(workerCacheDir({})).toMatch(/\.cache\/crosspoint\/mediasoup-worker$/);
  });
});

describe('checking a worker', () => {
  it('accepts one that speaks, and says why it does not accept another', async () => {
    const program = join(directory, 'program');
    expect(await findWorkerFault(writeProgram(program, WORKING), '3.0.0')).toBeUndefined();
    expect(await findWorkerFault(writeProgram(program, BROKEN), '3.0.0')).toContain('code 127: libuv.so.1');
    expect(await findWorkerFault(join(directory, 'absent'), '3.0.0')).toContain('ENOENT');
  });
});

describe('the correction of DtlsTransport.cpp', () => {
  const original = readFileSync(
    new URL('../../node_modules/mediasoup/worker/src/RTC/DtlsTransport.cpp', import.meta.url),
    'utf8',
  );

  it('fits the mediasoup that is installed, and changes one line', () => {
    const lines = original.split('\n');
    const changed = patchDtlsTransport(original)
      .split('\n')
      .filter((line, index) => line !== lines[index]);
    expect(changed).toHaveLength(1);
    expect(changed[0]).toContain('operationType & BIO_CB_RETURN');
  });

  it('refuses sources that it was not written for', () => {
    expect(() => patchDtlsTransport(patchDtlsTransport(original))).toThrow('0 of the one line');
  });
});
