import { latencyNames } from '../core/recorder.ts';
import { formatBytes, formatMs, formatNumber } from '../core/units.ts';
import type { Progress } from '../run/run-load.ts';
import { latencyLabels } from './labels.ts';

const barCells = 40;
const lineEverySeconds = 5;

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

function serverLine({ server }: Progress): string {
  if (!server) return 'server   –';
  const percent = (value: number): string => `${Math.round(value * 100)}%`;
  return `server   CPU ${percent(server.cpu)}, workers ${percent(server.workerCpu)}, ${formatBytes(server.residentBytes)}, event loop ${formatMs(server.eventLoopMaxMs)}`;
}

function rates({ totals }: Progress): string {
  const latest = totals.latest();
  const counters = Object.entries(latest?.counters ?? {}).filter(([name]) => !name.startsWith('media.jitter'));
  return counters.map(([name, value]) => `${name} ${formatNumber(value)}/s`).join('  ');
}

/** The lines of the live view, without control codes. */
export function liveLines(progress: Progress, totalSeconds: number): string[] {
  const { totals, elapsedSeconds, self } = progress;
  const latest = totals.latest();
  const lines = [
    `${bar(elapsedSeconds / totalSeconds)} ${Math.floor(elapsedSeconds)} of ${Math.round(totalSeconds)} s${progress.phase === 'settle' ? ', waiting for the server to settle' : ''}`,
    `${formatNumber(latest?.levels.participants ?? 0)} participants  errors ${formatNumber(totals.errorCount)}  ${rates(progress)}`,
    serverLine(progress),
    `tool     CPU ${Math.round((self?.cpu ?? 0) * 100)}%, event loop ${formatMs(self?.eventLoopMaxMs ?? 0)}`,
  ];
  for (const name of latencyNames) {
    const histogram = totals.latencies.get(name);
    if (!histogram) continue;
    const [p50, p99] = [histogram.percentile(50), histogram.percentile(99)];
    const { maxMs, count } = histogram;
    const now = latest?.latencies[name];
    const current = now ? `now p50 ${formatMs(now.p50)}, p99 ${formatMs(now.p99)}` : '';
    lines.push(
      `${latencyLabels[name].padEnd(28)} ${formatNumber(count).padStart(9)}  p50 ${formatMs(p50).padEnd(7)} p99 ${formatMs(p99).padEnd(7)} max ${formatMs(maxMs).padEnd(7)} ${current}`,
    );
  }
  return lines;
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
    const { columns = 80, rows = 24 } = this.#out;
    const lines = liveLines(progress, this.#totalSeconds)
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

  constructor(out: Terminal) {
    this.#out = out;
  }

  show(progress: Progress): void {
    if (progress.elapsedSeconds < this.#next && progress.phase === 'load') return;
    this.#next = progress.elapsedSeconds + lineEverySeconds;
    const join = progress.totals.latencies.get('join');
    const joins = join ? `  join p50 ${formatMs(join.percentile(50))} p99 ${formatMs(join.percentile(99))}` : '';
    const participants = formatNumber(progress.totals.latest()?.levels.participants ?? 0);
    const phase = progress.phase === 'settle' ? '  waiting for the server to settle' : '';
    this.#out.write(
      `${Math.round(progress.elapsedSeconds)} s  ${participants} participants  ${rates(progress)}${joins}  errors ${progress.totals.errorCount}${phase}\n`,
    );
  }

  end(): void {}
}

/** Chooses the view: live on a terminal, lines elsewhere or when asked for. */
export function createProgressView(
  out: Terminal,
  { totalSeconds, lines }: { totalSeconds: number; lines: boolean },
): ProgressView {
  return out.isTTY && !lines ? new TerminalView(out, totalSeconds) : new LineView(out);
}
