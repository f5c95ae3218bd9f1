import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';

const ANSWER_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const MAX_ARCHIVE_BYTES = 100 * 1024 * 1024;

/** The address of the official binary; MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL names a mirror, as for mediasoup. */
export function prebuiltUrl({ version, repository }, env = process.env) {
  const repositoryUrl = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
  const base = env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || `${repositoryUrl}/releases/download`;
  const kernel = platform() === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  return `${base}/${version}/mediasoup-worker-${version}-${platform()}-${arch()}${kernel}.tgz`;
}

/**
 * Downloads the official worker into `directory` and returns its path. Fails within seconds where the address cannot
 * be reached; whether the binary runs here is for the caller to check.
 *
 * @param {{ url: string, directory: string }} request
 */
export async function downloadPrebuilt({ url, directory }) {
  const archive = join(directory, 'prebuilt.tgz');
  mkdirSync(directory, { recursive: true });
  writeFileSync(archive, await download(url));
  await run('tar', ['-xzf', archive, '-C', directory, 'mediasoup-worker']);
  return join(directory, 'mediasoup-worker');
}

async function download(url) {
  const abort = new AbortController();
  const answerTimer = setTimeout(() => abort.abort(new Error('no answer')), ANSWER_TIMEOUT_MS);
  const downloadTimer = setTimeout(() => abort.abort(new Error('too slow')), DOWNLOAD_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(answerTimer);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    if (Number(response.headers.get('content-length')) > MAX_ARCHIVE_BYTES) throw new Error('the archive is too big');
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(answerTimer);
    clearTimeout(downloadTimer);
  }
}
