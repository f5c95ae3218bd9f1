import { sfuLimits } from '../shared/limits.ts';
import type { QualityEntry } from './types.ts';

/** One stream whose quality counts. */
export interface QualitySource {
  participant: string;
  direction: QualityEntry['direction'];
  /** 0 to 10, or undefined while nothing is meant to flow. */
  score(): number | undefined;
}

/**
 * The quality of one session's media. A participant is as good as its worst stream; what changed is told at most once in
 * an interval, and no timer runs while nothing changes.
 */
export class QualityMonitor {
  readonly #tell: (entries: QualityEntry[]) => void;
  readonly #sources = new Set<QualitySource>();
  #told = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(tell: (entries: QualityEntry[]) => void) {
    this.#tell = tell;
  }

  add(source: QualitySource): void {
    this.#sources.add(source);
  }

  remove(source: QualitySource): void {
    this.#sources.delete(source);
  }

  /** Some score has changed. */
  touch(): void {
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush();
    }, sfuLimits.qualityIntervalMs);
  }

  /** Tells what changed since the last time. */
  flush(): void {
    const worst = this.#worst();
    const changed = [...worst].filter(([key, entry]) => this.#told.get(key) !== entry.score);
    this.#told = new Map([...worst].map(([key, entry]) => [key, entry.score]));
    if (changed.length > 0) this.#tell(changed.map(([, entry]) => entry));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#sources.clear();
  }

  #worst(): Map<string, QualityEntry> {
    const worst = new Map<string, QualityEntry>();
    for (const source of this.#sources) {
      const score = source.score();
      if (score === undefined) continue;
      const key = `${source.direction} ${source.participant}`;
      const { participant, direction } = source;
      worst.set(key, { participant, direction, score: Math.min(score, worst.get(key)?.score ?? 10) });
    }
    return worst;
  }
}
