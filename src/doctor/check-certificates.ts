import { readFile } from 'node:fs/promises';
import type { Config } from '../shared/config/schema.ts';
import { examineCertificate, formatDate } from '../shared/tls/certificate-report.ts';
import { type Finding, good, hint, stop } from './finding.ts';

const RENEWAL_NOTICE_MS = 21 * 86_400_000;

/** Whether the configured certificates can be read and used, and for how long. */
export async function checkCertificates({ http, turn }: Config, now = new Date()): Promise<Finding[]> {
  const pairs = [
    { section: 'http.tls', certificate: http.tls.certificate, key: http.tls.key },
    { section: 'turn', certificate: turn.certificate, key: turn.key },
  ];
  const findings: Finding[] = [];
  for (const { section, certificate, key } of pairs) {
    if (certificate !== undefined && key !== undefined)
      findings.push(await checkPair({ section, certificate, key }, now));
  }
  return findings;
}

async function checkPair(pair: { section: string; certificate: string; key: string }, now: Date): Promise<Finding> {
  const { section } = pair;
  const certificate = await readText(pair.certificate);
  const key = await readText(pair.key);
  if (certificate === undefined) return unreadable(section, pair.certificate);
  if (key === undefined) return unreadable(section, pair.key);
  const { problems, expiresAt } = examineCertificate({ certificate, key }, now);
  if (problems.length > 0 || !expiresAt) {
    return stop(
      `${section}: ${problems.join('; ')}`,
      `correct ${section}.certificate and ${section}.key, or renew them`,
    );
  }
  const text = `${section}: the certificate is good until ${formatDate(expiresAt)}`;
  return expiresAt.getTime() - now.getTime() < RENEWAL_NOTICE_MS ? hint(text, 'renew it soon') : good(text);
}

function unreadable(section: string, file: string): Finding {
  return stop(`${section}: ${file} cannot be read`, 'check the path, and the rights of the user that runs the server');
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
