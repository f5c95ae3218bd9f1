import { TokenBucket } from '../token-bucket.ts';
import { networkOf } from './network-of.ts';

interface AddressRateOptions {
  perSecond: number;
  burst: number;
  maxAddresses: number;
}

/** A token bucket for each network that clients come from. Clients on this machine are not bounded. */
export class AddressRate {
  readonly #options: AddressRateOptions;
  /** In the order in which they were seen last. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: AddressRateOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one; returns the wait in ms when there is none. */
  take(address: string, nowMs: number): number {
    const network = networkOf(address);
    if (network === undefined) return 0;
    const bucket = this.#buckets.get(network) ?? new TokenBucket(this.#options, nowMs);
    this.#buckets.delete(network);
    this.#buckets.set(network, bucket);
    this.#forgetOldest();
    return bucket.take(1, nowMs);
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= this.#options.maxAddresses) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
