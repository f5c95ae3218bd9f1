import { readFile } from 'node:fs/promises';
import { examineCertificate, type TlsCredentials } from './certificate-report.ts';
import { obtainSelfSignedCertificate } from './self-signed-certificate.ts';

export type { TlsCredentials };

export interface TlsSettings {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly selfSigned?: boolean;
}

/**
 * Reads the configured certificate and key, or obtains a self-signed pair for `hosts`; undefined when neither is wanted.
 * Throws an Error with a sentence for the operator when they cannot be used.
 */
export async function loadTlsCredentials(
  settings: TlsSettings,
  selfSigned: { directory: string; hosts: readonly string[] },
): Promise<TlsCredentials | undefined> {
  if (settings.certificate !== undefined && settings.key !== undefined) {
    return readCredentials({ certificate: settings.certificate, key: settings.key });
  }
  return settings.selfSigned ? obtainSelfSignedCertificate(selfSigned) : undefined;
}

/** Reads PEM files and makes sure that they can be used together, now. */
export async function readCredentials(files: { certificate: string; key: string }): Promise<TlsCredentials> {
  const pair = { certificate: await readPem(files.certificate), key: await readPem(files.key) };
  const { problems } = examineCertificate(pair);
  if (problems.length > 0) throw new Error(`${files.certificate} and ${files.key}: ${problems.join('; ')}`);
  return pair;
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
