import type { HistoryLimits } from './history-limits.ts';

/** Smaller than this a piece of memory is hardly worth its administration. */
const leastBytes = 1_024;
/** Memory of which less than a quarter would be used is let go. */
const idleShare = 4;
/** UTF-8 of a UTF-16 unit. */
const maxBytesPerUnit = 3;

/** A text that is UTF-8 already, as part of other bytes. */
export interface Utf8Text {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

interface Generation {
  /** Number of texts before its first. */
  start: number;
  bytes: Buffer;
  /** Offset after each text. */
  ends: number[];
  sinceMs: number;
}

/**
 * The last texts of a sequence, as bytes beside the heap: kept as objects, the events of busy rooms took a quarter of the
 * hub's time, because the garbage collector carries along whatever lives longer than a moment. There are two
 * generations, the elder of which is overwritten when the younger is full, so that between half and all of the limits is
 * kept, or when the younger is of age, so that memory follows the traffic and nothing grows for hours. Nothing is
 * allocated before the first text.
 */
export class TextLog {
  readonly #limits: HistoryLimits;
  #younger: Generation | undefined;
  #elder: Generation | undefined;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** Number of texts so far. */
  get end(): number {
    return this.#younger ? this.#younger.start + this.#younger.ends.length : 0;
  }

  /** Number of texts before the oldest that is kept. */
  get keptFrom(): number {
    return (this.#elder ?? this.#younger)?.start ?? 0;
  }

  /** Adds a text; returns its size in bytes. */
  push(text: string): number {
    const nowMs = performance.now();
    // Measuring a text takes as long as writing it, so that is done only where space is short.
    const fits = this.#hasSpace(text.length * maxBytesPerUnit, nowMs);
    const { bytes, ends } = fits ?? this.#withSpace(Buffer.byteLength(text), nowMs);
    const used = ends.at(-1) ?? 0;
    const byteLength = bytes.write(text, used);
    ends.push(used + byteLength);
    return byteLength;
  }

  /** Adds a text that is UTF-8 already; `nowMs` is the time by the monotonic clock. */
  pushBytes({ bytes: source, from, to }: Utf8Text, nowMs: number): void {
    const { bytes, ends } = this.#withSpace(to - from, nowMs);
    const used = ends.at(-1) ?? 0;
    source.copy(bytes, used, from, to);
    ends.push(used + to - from);
  }

  /** The text at a position from `keptFrom` to before `end`. */
  at(position: number): string {
    const holder = this.#elder && position < (this.#younger?.start ?? 0) ? this.#elder : this.#younger;
    if (!holder) return '';
    const index = position - holder.start;
    return holder.bytes.toString('utf8', index === 0 ? 0 : holder.ends[index - 1], holder.ends[index]);
  }

  #hasSpace(byteLength: number, nowMs: number): Generation | undefined {
    const younger = this.#younger;
    if (!younger || this.#isComplete(younger, nowMs)) return undefined;
    return usedBytes(younger) + byteLength <= younger.bytes.length ? younger : undefined;
  }

  #withSpace(byteLength: number, nowMs: number): Generation {
    const fits = this.#hasSpace(byteLength, nowMs);
    if (fits) return fits;
    this.#younger ??= { start: 0, bytes: Buffer.allocUnsafeSlow(this.#leastBytes), ends: [], sinceMs: nowMs };
    const used = usedBytes(this.#younger);
    const isFull = used > 0 && (used + byteLength) * 2 > this.#limits.maxBytes;
    return isFull || this.#isComplete(this.#younger, nowMs)
      ? this.#startGeneration(byteLength, nowMs)
      : this.#enlarge(this.#younger, used + byteLength);
  }

  #isComplete({ ends, sinceMs }: Generation, nowMs: number): boolean {
    if (ends.length * 2 >= this.#limits.maxEvents) return true;
    return ends.length > 0 && nowMs - sinceMs >= this.#limits.maxAgeMs;
  }

  get #leastBytes(): number {
    return Math.min(leastBytes, Math.floor(this.#limits.maxBytes / 2));
  }

  #startGeneration(byteLength: number, nowMs: number): Generation {
    const bytes = this.#reusable(byteLength) ?? Buffer.allocUnsafeSlow(Math.max(byteLength, this.#leastBytes));
    const started = { start: this.end, bytes, ends: [], sinceMs: nowMs };
    this.#elder = this.#younger;
    this.#younger = started;
    return started;
  }

  /** The memory of the generation that goes, unless it is much more than the one after it had use for. */
  #reusable(byteLength: number): Buffer | undefined {
    const bytes = this.#elder?.bytes;
    if (!bytes || !this.#younger || bytes.length < byteLength || bytes.length * 2 > this.#limits.maxBytes)
      return undefined;
    return bytes.length <= usedBytes(this.#younger) * idleShare ? bytes : undefined;
  }

  #enlarge(generation: Generation, needed: number): Generation {
    const wanted = Math.min(generation.bytes.length * 2, this.#limits.maxBytes / 2);
    const bytes = Buffer.allocUnsafeSlow(Math.max(Math.floor(wanted), needed));
    bytes.set(generation.bytes.subarray(0, usedBytes(generation)));
    generation.bytes = bytes;
    return generation;
  }
}

function usedBytes({ ends }: Generation): number {
  return ends.at(-1) ?? 0;
}
