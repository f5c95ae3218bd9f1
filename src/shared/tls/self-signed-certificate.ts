import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { examineCertificate, type TlsCredentials } from './certificate-report.ts';

const DAY_MS = 86_400_000;
/** Browsers refuse certificates that are valid for more than 398 days. */
const VALIDITY_MS = 365 * DAY_MS;
/** So that it does not expire in the middle of a call. */
const RENEWAL_MARGIN_MS = 7 * DAY_MS;

/**
 * Returns a self-signed certificate for these host names and addresses, from `directory` when there is one that is
 * still good. The same certificate over many starts means that a browser's exception lasts.
 */
export async function obtainSelfSignedCertificate(options: {
  directory: string;
  hosts: readonly string[];
}): Promise<TlsCredentials> {
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', ...options.hosts])].sort();
  const name = createHash('sha256').update(hosts.join(' ')).digest('hex').slice(0, 16);
  const file = join(options.directory, `self-signed-${name}.pem`);
  const kept = await readPair(file);
  if (kept && isUsable(kept)) return kept;
  const made = await makeCertificate(hosts);
  await writePair(file, made);
  return made;
}

function isUsable(pair: TlsCredentials): boolean {
  return examineCertificate(pair, new Date(Date.now() + RENEWAL_MARGIN_MS)).problems.length === 0;
}

async function makeCertificate(hosts: readonly string[]): Promise<TlsCredentials> {
  const { private: key, cert: certificate } = await generate([{ name: 'commonName', value: 'Crosspoint' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + VALIDITY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map(toAlternativeName) },
    ],
  });
  return { certificate, key };
}

function toAlternativeName(host: string) {
  return isIP(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host };
}

/** One file for both, so that they always belong together. */
async function readPair(file: string): Promise<TlsCredentials | undefined> {
  try {
    const pem = await readFile(file, 'utf8');
    return { certificate: pem, key: pem };
  } catch {
    // None has been made yet.
    return undefined;
  }
}

async function writePair(file: string, { certificate, key }: TlsCredentials): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${certificate.trim()}\n${key.trim()}\n`, { mode: 0o600 });
  await rename(temporary, file);
}
