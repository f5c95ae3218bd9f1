import { createPrivateKey, X509Certificate } from 'node:crypto';

/** PEM texts, as `node:tls` takes them. */
export interface TlsCredentials {
  certificate: string;
  key: string;
}

export interface CertificateReport {
  /** Why it cannot be used; empty when it can. */
  problems: string[];
  expiresAt?: Date;
}

/** Examines a PEM certificate and its key without using them: readable, belonging together, within their time. */
export function examineCertificate(pem: TlsCredentials, now = new Date()): CertificateReport {
  const certificate = attempt(() => new X509Certificate(pem.certificate));
  const key = attempt(() => createPrivateKey(pem.key));
  const problems: string[] = [];
  if (!certificate) problems.push('the certificate is not a PEM certificate');
  if (!key) problems.push('the key is not a PEM private key without a passphrase');
  if (!certificate || !key) return { problems };
  if (!certificate.checkPrivateKey(key)) problems.push('the key does not belong to the certificate');
  const expiresAt = new Date(certificate.validTo);
  if (now > expiresAt) problems.push(`the certificate expired on ${formatDate(expiresAt)}`);
  const startsAt = new Date(certificate.validFrom);
  if (now < startsAt) problems.push(`the certificate is not valid before ${formatDate(startsAt)}`);
  return { problems, expiresAt };
}

export function formatDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
