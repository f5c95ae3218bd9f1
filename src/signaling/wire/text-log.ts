/** Smaller than this a piece of memory is hardly worth its administration. */
const leastBytes = 1_024;
/** UTF-8 of a UTF-16 unit. */
const maxBytesPerUnit = 3;

/** How much is kept for resumes. */
export interface HistoryLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

interface Generation {
  /** Number of texts before its first. */
  start: number;
  bytes: Buffer;
  /** Offset after each text. */
  ends: number[];
}

/**
 * The last texts of a sequence, as bytes beside the heap: kept as objects, the events of busy rooms took a quarter of the
 * hub's time, because the garbage collector carries along whatever lives longer than a moment. There are two
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
    // Measuring a text takes as long as writing it, so that is done only where space is short.
    const fits = this.#hasSpace(text.length * maxBytesPerUnit);
    const { bytes, ends } = fits ?? this.#withSpace(Buffer.byteLength(text));
    const used = ends.at(-1) ?? 0;
    const byteLength = bytes.write(text, used);
    ends.push(used + byteLength);
    return byteLength;
  }

  /** Adds a text that is UTF-8 already. */
  pushBytes(text: Uint8Array): void {
    const { bytes, ends } = this.#withSpace(text.length);
    const used = ends.at(-1) ?? 0;
    bytes.set(text, used);
    ends.push(used + text.length);
  }

  /** The text at a position from `keptFrom` to before `end`. */
  at(position: number): string {
    const holder = this.#elder && position < (this.#younger?.start ?? 0) ? this.#elder : this.#younger;
    if (!holder) return '';
    const index = position - holder.start;
    return holder.bytes.toString('utf8', index === 0 ? 0 : holder.ends[index - 1], holder.ends[index]);
  }

  #hasSpace(byteLength: number): Generation | undefined {
    const younger = this.#younger;
    if (!younger || younger.ends.length * 2 >= this.#limits.maxEvents) return undefined;
    return (younger.ends.at(-1) ?? 0) + byteLength <= younger.bytes.length ? younger : undefined;
  }

  #withSpace(byteLength: number): Generation {
    const fits = this.#hasSpace(byteLength);
    if (fits) return fits;
    this.#younger ??= { start: 0, bytes: Buffer.allocUnsafeSlow(this.#leastBytes), ends: [] };
    const { ends } = this.#younger;
    const used = ends.at(-1) ?? 0;
    const isFull = ends.length * 2 >= this.#limits.maxEvents || (used + byteLength) * 2 > this.#limits.maxBytes;
    return isFull && ends.length > 0
      ? this.#startGeneration(byteLength)
      : this.#enlarge(this.#younger, used + byteLength);
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
