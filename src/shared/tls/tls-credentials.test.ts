import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examineCertificate } from './certificate-report.ts';
import { obtainSelfSignedCertificate } from './self-signed-certificate.ts';
import { loadTlsCredentials, readCredentials } from './tls-credentials.ts';

const DAY_MS = 86_400_000;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crosspoint-tls-'));
});

afterEach(() => rm(directory, { recursive: true }));

describe('a self-signed certificate', () => {
  it('names localhost and the given hosts, and its key can be read by its owner only', async () => {
    const pair = await obtainSelfSignedCertificate({ directory, hosts: ['192.168.1.5', 'sfu.example.org'] });
    const certificate = new X509Certificate(pair.certificate);
    expect(certificate.checkIP('192.168.1.5')).toBe('192.168.1.5');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('sfu.example.org')).toBe('sfu.example.org');
    const [name = ''] = await readdir(directory);
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it('is kept from start to start, one for each set of hosts', async () => {
    const hosts = ['192.168.1.5'];
    const first = await obtainSelfSignedCertificate({ directory, hosts });
    const second = await obtainSelfSignedCertificate({ directory, hosts });
    await obtainSelfSignedCertificate({ directory, hosts: ['192.168.1.6'] });
    expect(new X509Certificate(second.certificate).fingerprint).toBe(
      new X509Certificate(first.certificate).fingerprint,
    );
    expect(await readdir(directory)).toHaveLength(2);
  });

  it('is made anew when what was kept is damaged', async () => {
    await obtainSelfSignedCertificate({ directory, hosts: [] });
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, name), 'damaged');
    const renewed = await obtainSelfSignedCertificate({ directory, hosts: [] });
    expect(examineCertificate(renewed).problems).toEqual([]);
  });
});

describe('configured certificates', () => {
  async function writePair() {
    const pair = await obtainSelfSignedCertificate({ directory, hosts: [] });
    const files = { certificate: join(directory, 'c.pem'), key: join(directory, 'k.pem') };
    await writeFile(files.certificate, pair.certificate);
    await writeFile(files.key, pair.key);
    return files;
  }

  it('are read, and none are made when none are wanted', async () => {
    const files = await writePair();
    const loaded = await loadTlsCredentials(files, { directory, hosts: [] });
    expect(loaded?.certificate).toContain('BEGIN CERTIFICATE');
    expect(await loadTlsCredentials({}, { directory, hosts: [] })).toBeUndefined();
  });

  it('are refused with the file’s name when one cannot be read', async () => {
    const files = await writePair();
    await expect(readCredentials({ ...files, key: join(directory, 'absent') })).rejects.toThrow(
      /absent cannot be read/,
    );
  });

  it('are refused when the key belongs to another certificate', async () => {
    const files = await writePair();
    const other = await obtainSelfSignedCertificate({ directory, hosts: ['other.example.org'] });
    await writeFile(files.key, other.key.replace(/-----BEGIN CERTIFICATE[\s\S]*?END CERTIFICATE-----/, ''));
    await expect(readCredentials(files)).rejects.toThrow('the key does not belong to the certificate');
  });

  it('are refused outside of their time and when they are no certificates', async () => {
    const pair = await obtainSelfSignedCertificate({ directory, hosts: [] });
    const later = examineCertificate(pair, new Date(Date.now() + 400 * DAY_MS));
    expect(later.problems).toEqual([expect.stringMatching(/^the certificate expired on \d{4}-/)]);
    const earlier = examineCertificate(pair, new Date(Date.now() - 2 * DAY_MS));
    expect(earlier.problems).toEqual([expect.stringMatching(/^the certificate is not valid before /)]);
    expect(examineCertificate({ certificate: 'x', key: 'y' }).problems).toHaveLength(2);
  });
});
