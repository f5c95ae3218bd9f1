import { latencyNames } from '../core/recorder.ts';
import { formatBytes, formatMs, formatNumber } from '../core/units.ts';
import type { Progress } from '../run/run-load.ts';
import { latencyLabels } from './labels.ts';

const barCells = 40;
const lineEverySeconds = 5;
const defaultColumns = 80;

export interface ProgressView {
  show(progress: Progress): void;
  end(): void;
}

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * barCells);
  return `${'█'.repeat(full)}${'░'.repeat(barCells - full)}`;
}

function progressLine({ phase, elapsedSeconds }: Progress, totalSeconds: number): string {
  const time = `${Math.floor(elapsedSeconds)} of ${Math.round(totalSeconds)} s`;
  return `${bar(elapsedSeconds / totalSeconds)} ${phase === 'settle' ? 'the load is over' : time}`;
}

/** What the server has more of than before the load, while everybody waits for that to go. */
function settling({ phase, leaks }: Progress): string {
  if (phase === 'load') return '';
  const more = leaks.map(({ what, before, after }) => `${formatNumber(after - before)} ${what}`);
  return `waiting for the server to settle${more.length > 0 ? `, which still has ${more.join(', ')} more` : ''}`;
}

function serverLine({ server }: Progress): string {
  if (!server) return 'server   –';
  const percent = (value: number): string => `${Math.round(value * 100)}%`;
  return `server   CPU ${percent(server.cpu)}, workers ${percent(server.workerCpu)}, ${formatBytes(server.residentBytes)}, event loop ${formatMs(server.eventLoopMaxMs)}`;
}

function rates({ totals }: Progress): string[] {
  const latest = totals.latest();
  const counters = Object.entries(latest?.counters ?? {}).filter(([name]) => !name.startsWith('media.jitter'));
  return counters.map(([name, value]) =>
    name.endsWith('Bytes') ? `${name} ${formatBytes(value)}/s` : `${name} ${formatNumber(value)}/s`,
  );
}

/** Puts words into lines of at most so many columns. */
function wrapped(words: string[], columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + word.length <= columns) lines[lines.length - 1] = `${last}  ${word}`;
    else lines.push(word);
  }
  return lines;
}

const latencyRow = (label: string, count: string, values: string[]): string =>
  `${label.padEnd(27)} ${count.padStart(8)}${values.map((value) => value.padStart(8)).join('')}`;

function latencyLines({ totals }: Progress): string[] {
  const latest = totals.latest();
  const rows = latencyNames.flatMap((name) => {
    const histogram = totals.latencies.get(name);
    if (!histogram) return [];
    const now = latest?.latencies[name];
    const soFar = [histogram.percentile(50), histogram.percentile(99), histogram.maxMs].map(formatMs);
    const current = now ? [now.p50, now.p99].map(formatMs) : [];
    return [latencyRow(latencyLabels[name], formatNumber(histogram.count), [...soFar, ...current])];
  });
  return rows.length === 0 ? [] : [latencyRow('', 'count', ['p50', 'p99', 'max', 'now p50', 'now p99']), ...rows];
}

/** The lines of the live view, without control codes. */
export function liveLines(progress: Progress, totalSeconds: number, columns = defaultColumns): string[] {
  const { totals, self } = progress;
  const participants = `${formatNumber(totals.latest()?.levels.participants ?? 0)} participants`;
  const errors = `${formatNumber(totals.errorCount)} errors`;
  return [
    progressLine(progress, totalSeconds),
    ...(progress.phase === 'settle'
      ? [settling(progress)]
      : wrapped([participants, errors, ...rates(progress)], columns)),
    serverLine(progress),
    `tool     CPU ${Math.round((self?.cpu ?? 0) * 100)}%, event loop ${formatMs(self?.eventLoopMaxMs ?? 0)}`,
    ...latencyLines(progress),
  ];
}

/** Redraws the same lines of a terminal; none may wrap or scroll, or they could not be found again. */
class TerminalView implements ProgressView {
  readonly #out: Terminal;
  readonly #totalSeconds: number;
  #drawn = 0;

  constructor(out: Terminal, totalSeconds: number) {
    this.#out = out;
    this.#totalSeconds = totalSeconds;
  }

  show(progress: Progress): void {
    const { columns = defaultColumns, rows = 24 } = this.#out;
    const lines = liveLines(progress, this.#totalSeconds, columns)
      .slice(0, rows - 1)
      .map((line) => line.slice(0, columns));
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    this.#out.write(`${up}\x1b[J${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  end(): void {
    this.#drawn = 0;
  }
}

/** Prints one line every few seconds, for logs. */
class LineView implements ProgressView {
  readonly #out: Terminal;
  #next = lineEverySeconds;
  #phase: Progress['phase'] = 'load';

  constructor(out: Terminal) {
    this.#out = out;
  }

  show(progress: Progress): void {
    const { elapsedSeconds, phase } = progress;
    if (elapsedSeconds < this.#next && phase === this.#phase) return;
    this.#next = elapsedSeconds + lineEverySeconds;
    this.#phase = phase;
    const text = phase === 'settle' ? settling(progress) : loadLine(progress);
    this.#out.write(`${Math.round(elapsedSeconds)} s  ${text}\n`);
  }

  end(): void {}
}

function loadLine(progress: Progress): string {
  const { totals, server } = progress;
  const join = totals.latencies.get('join');
  return [
    `${formatNumber(totals.latest()?.levels.participants ?? 0)} participants`,
    ...rates(progress),
    ...(join ? [`join p50 ${formatMs(join.percentile(50))} p99 ${formatMs(join.percentile(99))}`] : []),
    ...(server ? [`server CPU ${Math.round(server.cpu * 100)}%`] : []),
    `errors ${totals.errorCount}`,
  ].join('  ');
}

/** Chooses the view: live on a terminal, lines elsewhere or when asked for. */
export function createProgressView(
  out: Terminal,
  { totalSeconds, lines }: { totalSeconds: number; lines: boolean },
): ProgressView {
  return out.isTTY && !lines ? new TerminalView(out, totalSeconds) : new LineView(out);
}
