import { createHmac, timingSafeEqual } from 'node:crypto';

/** Name of the header that carries the signature. */
export const signatureHeader = 'crosspoint-signature';

/**
 * Signs a webhook's body: `t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`. The time is part of what is signed, so
 * that a receiver can refuse a recorded request that is played again.
 */
export function signWebhook(options: { secret: string; body: string; atSeconds: number }): string {
  const { secret, body, atSeconds } = options;
  return `t=${atSeconds},v1=${digest(secret, atSeconds, body)}`;
}

/** Checks a signature as a receiver would; `toleranceSeconds` bounds its age. */
export function verifyWebhook(options: {
  secret: string;
  body: string;
  header: string;
  nowSeconds: number;
  toleranceSeconds: number;
}): boolean {
  const { secret, body, header, nowSeconds, toleranceSeconds } = options;
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (!match) return false;
  const [, time = '', signature = ''] = match;
  if (Math.abs(nowSeconds - Number(time)) > toleranceSeconds) return false;
  return timingSafeEqual(Buffer.from(signature, 'hex'), Buffer.from(digest(secret, Number(time), body), 'hex'));
}

function digest(secret: string, atSeconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex');
}
