import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

/** A certificate for DTLS with its key, as the handshake and the SDP need it. */
export interface DtlsCertificate {
  der: Buffer;
  privateKey: KeyObject;
  /** `sha-256 AB:CD:…`, as in SDP. */
  fingerprint: string;
}

const validDays = 30;

/** Makes a certificate of the kind that browsers make: self-signed ECDSA on P-256. One serves a whole process. */
export async function createCertificate(): Promise<DtlsCertificate> {
  const notAfterDate = new Date(Date.now() + validDays * 86_400_000);
  const pems = await generate([{ name: 'commonName', value: 'crosspoint-load-test' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate,
  });
  const der = Buffer.from(new X509Certificate(pems.cert).raw);
  return { der, privateKey: createPrivateKey(pems.private), fingerprint: fingerprintOf(der) };
}

export function fingerprintOf(der: Buffer): string {
  const hex = createHash('sha256').update(der).digest('hex').toUpperCase();
  return `sha-256 ${hex.match(/../g)?.join(':') ?? ''}`;
}
