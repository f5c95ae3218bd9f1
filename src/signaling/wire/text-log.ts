import type { HistoryLimits } from './feed-history.ts';

/** Smaller than this a piece of memory is hardly worth its administration. */
const leastBytes = 1_024;
/** UTF-8 of a UTF-16 unit. */
const maxBytesPerUnit = 3;

interface Generation {
  /** Number of texts before its first. */
  start: number;
  bytes: Buffer;
  /** Offset after each text. */
  ends: number[];
}

/**
 * The last texts of a sequence, as bytes beside the heap: a busy peer-to-peer call sends some hundred descriptions a
 * second, and as objects they would keep the garbage collector busy for as long as they are kept. There are two
 * generations, the elder of which is overwritten when the younger is full, so that between half and all of the limits is
 * kept. Nothing is allocated before the first text.
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
    const { bytes, ends } = this.#withSpace(text);
    const used = ends.at(-1) ?? 0;
    const byteLength = bytes.write(text, used);
    ends.push(used + byteLength);
    return byteLength;
  }

  /** The text at a position from `keptFrom` to before `end`. */
  at(position: number): string {
    const holder = this.#elder && position < (this.#younger?.start ?? 0) ? this.#elder : this.#younger;
    if (!holder) return '';
    const index = position - holder.start;
    return holder.bytes.toString('utf8', index === 0 ? 0 : holder.ends[index - 1], holder.ends[index]);
  }

  /** Measuring a text takes as long as writing it, so that is done only where space is short. */
  #withSpace(text: string): Generation {
    this.#younger ??= { start: 0, bytes: Buffer.allocUnsafeSlow(this.#leastBytes), ends: [] };
    const used = this.#younger.ends.at(-1) ?? 0;
    const isFull = this.#younger.ends.length * 2 >= this.#limits.maxEvents;
    if (!isFull && used + text.length * maxBytesPerUnit <= this.#younger.bytes.length) return this.#younger;
    const byteLength = Buffer.byteLength(text);
    const needed = used + byteLength;
    if (!isFull && needed <= this.#younger.bytes.length) return this.#younger;
    if (isFull || (used > 0 && needed * 2 > this.#limits.maxBytes)) return this.#startGeneration(byteLength);
    return this.#enlarge(this.#younger, needed);
  }

  get #leastBytes(): number {
    return Math.min(leastBytes, Math.floor(this.#limits.maxBytes / 2));
  }

  #startGeneration(byteLength: number): Generation {
    const reused = this.#elder?.bytes;
    const fits = reused && reused.length >= byteLength && reused.length * 2 <= this.#limits.maxBytes;
    const bytes = fits ? reused : Buffer.allocUnsafeSlow(Math.max(byteLength, this.#leastBytes));
    const generation = { start: this.end, bytes, ends: [] };
    this.#elder = this.#younger;
    this.#younger = generation;
    return generation;
  }

  #enlarge(generation: Generation, needed: number): Generation {
    const wanted = Math.min(generation.bytes.length * 2, this.#limits.maxBytes / 2);
    const bytes = Buffer.allocUnsafeSlow(Math.max(Math.floor(wanted), needed));
    bytes.set(generation.bytes.subarray(0, generation.ends.at(-1) ?? 0));
    generation.bytes = bytes;
    return generation;
  }
}
