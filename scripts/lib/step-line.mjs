const PLAIN_STEP_PERCENT = 10;
const REDRAW_INTERVAL_MS = 100;

/** 83000 -> "1m 23s". */
export function formatDuration(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}

/** "42%, 1m 02s elapsed, about 1m 25s left". The estimate waits until there is something to estimate from. */
export function formatProgress(fraction, elapsedMs) {
  const percent = `${Math.floor(fraction * 100)}%, ${formatDuration(elapsedMs)} elapsed`;
  if (fraction < 0.02) return percent;
  return `${percent}, about ${formatDuration((elapsedMs * (1 - fraction)) / fraction)} left`;
}

/**
 * One line of the terminal for one long step. In a terminal it is redrawn in place; in a log a new line is written
 * every ten percent. It writes to standard error: standard output belongs to the program that is being set up.
 */
export class StepLine {
  #title;
  #stream;
  #startedAt = Date.now();
  #lastDrawnAt = 0;
  #lastPercent = 0;

  /** @param {string} title @param {{ isTTY?: boolean, columns?: number, write(text: string): unknown }} [stream] */
  constructor(title, stream = process.stderr) {
    this.#title = title;
    this.#stream = stream;
    this.#stream.write(stream.isTTY ? `• ${title} …` : `• ${title} …\n`);
  }

  /** @param {number} fraction from 0 to 1 @param {string} [note] */
  progress(fraction, note = '') {
    const text = `${formatProgress(fraction, Date.now() - this.#startedAt)}${note ? ` (${note})` : ''}`;
    if (this.#stream.isTTY) this.#redraw(text);
    else this.#appendEveryTenPercent(fraction, text);
  }

  /** A remark below the step's line, such as what is tried next. */
  note(text) {
    this.#stream.write(`${this.#clear()}  ${text}\n`);
  }

  done(note = '') {
    const elapsed = formatDuration(Date.now() - this.#startedAt);
    this.#stream.write(`${this.#clear()}✓ ${this.#title} (${elapsed})${note ? `: ${note}` : ''}\n`);
  }

  failed() {
    this.#stream.write(this.#clear());
  }

  #clear() {
    return this.#stream.isTTY ? '\r\x1b[2K' : '';
  }

  #redraw(text) {
    const now = Date.now();
    if (now - this.#lastDrawnAt < REDRAW_INTERVAL_MS) return;
    this.#lastDrawnAt = now;
    const width = (this.#stream.columns ?? 80) - 1;
    this.#stream.write(`${this.#clear()}${`• ${this.#title}: ${text}`.slice(0, width)}`);
  }

  #appendEveryTenPercent(fraction, text) {
    const percent = Math.floor(fraction * 100);
    if (percent < this.#lastPercent + PLAIN_STEP_PERCENT) return;
    this.#lastPercent = percent - (percent % PLAIN_STEP_PERCENT);
    this.#stream.write(`  ${text}\n`);
  }
}
