/** The bytes that one allocation may relay: a token bucket that holds a second's worth. */
export class ByteRateLimiter {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(bytesPerSecond: number, nowMs: number) {
    this.#perMs = bytesPerSecond / 1000;
    this.#burst = bytesPerSecond;
    this.#tokens = bytesPerSecond;
    this.#filledAtMs = nowMs;
  }

  take(bytes: number, nowMs: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#filledAtMs) * this.#perMs);
    this.#filledAtMs = nowMs;
    if (bytes > this.#tokens) return false;
    this.#tokens -= bytes;
    return true;
  }
}

const windowMs = 100;

/** The bytes that all threads may relay together, counted in windows of a tenth of a second in shared memory. */
export class SharedByteRateLimiter {
  readonly #cells: Int32Array;
  readonly #perWindow: number;

  constructor(memory: SharedArrayBuffer, bytesPerSecond: number) {
    this.#cells = new Int32Array(memory);
    this.#perWindow = Math.min((bytesPerSecond * windowMs) / 1000, 2 ** 30);
  }

  static createMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  }

  take(bytes: number, nowMs: number): boolean {
    const window = Math.floor(nowMs / windowMs) | 0;
    if (Atomics.exchange(this.#cells, 0, window) !== window) Atomics.store(this.#cells, 1, 0);
    if (Atomics.load(this.#cells, 1) + bytes > this.#perWindow) return false;
    Atomics.add(this.#cells, 1, bytes);
    return true;
  }
}
