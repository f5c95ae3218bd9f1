import { randomFillSync } from 'node:crypto';

const poolBytes = 4_096;
const pool = Buffer.alloc(poolBytes);
let used = poolBytes;

/** Unguessable text of `bytes` random bytes, safe in URLs. Randomness is fetched by the page, which is what costs. */
export function createId(bytes: number): string {
  if (used + bytes > poolBytes) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('base64url', used - bytes, used);
}
