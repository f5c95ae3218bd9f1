import { createHmac } from 'node:crypto';

/** The pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246, section 5). */
export function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label, 'latin1'), seed]);
  const hmac = (data: Buffer): Buffer => createHmac('sha256', secret).update(data).digest();
  const blocks: Buffer[] = [];
  let a = hmac(labelled);
  for (let got = 0; got < length; got += 32) {
    blocks.push(hmac(Buffer.concat([a, labelled])));
    a = hmac(a);
  }
  return Buffer.concat(blocks).subarray(0, length);
}
