import { latencyNames } from '../core/recorder.ts';
import { formatBytes, formatMs, formatNumber } from '../core/units.ts';
import { countRows } from './counts.ts';
import { latencyLabels } from './labels.ts';
import { mostObjects, type Report } from './report.ts';

function columns(rows: string[][], gap = '  '): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join(gap),
  );
}

function latencyTable(report: Report): string[] {
  const rows = [['latency', 'count', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max']];
  for (const name of latencyNames) {
    const latency = report.latencies[name];
    if (!latency) continue;
    const { count, p50, p90, p95, p99, p999, max } = latency;
    rows.push([latencyLabels[name], formatNumber(count), ...[p50, p90, p95, p99, p999, max].map(formatMs)]);
  }
  // With a single space the widest row fits 80 columns.
  return rows.length > 1 ? columns(rows, ' ') : ['nothing was timed'];
}

function errorLines(report: Report): string[] {
  const errors = Object.entries(report.errors).sort(([, left], [, right]) => right - left);
  if (errors.length === 0) return ['errors: none'];
  return ['errors:', ...columns(errors.map(([code, count]) => [`  ${code}`, formatNumber(count)]))];
}

function serverLines({ figures, server }: Report): string[] {
  if (server.length === 0) return [];
  const percent = (value = 0): string => `${(value * 100).toFixed(0)}%`;
  return [
    `server: CPU ${percent(figures['server.cpu'])} of a core (peak ${percent(figures['server.cpuMax'])}), media workers ${percent(figures['server.workerCpu'])}, resident up to ${formatBytes(figures['server.residentMax'] ?? 0)}, event-loop delay p99 ${formatMs(figures['server.eventLoopP99'] ?? 0)}, max ${formatMs(figures['server.eventLoopMax'] ?? 0)}`,
    `server had at most: ${Object.entries(mostObjects(server))
      .map(([name, count]) => `${formatNumber(count)} ${name}`)
      .join(', ')}`,
  ];
}

function leakLines({ leaks }: Report): string[] {
  if (!leaks) return [];
  if (leaks.leaks.length === 0)
    return [`leaks: none, back at the baseline after ${leaks.settledAfterSeconds.toFixed(1)} s`];
  return [
    'leaks:',
    ...leaks.leaks.map(
      ({ what, before, after }) => `  ${what}: ${formatNumber(before)} before, ${formatNumber(after)} after`,
    ),
  ];
}

/** The report for a terminal. */
export function renderTable(report: Report): string {
  return [
    '',
    `${report.title}: ${report.elapsedSeconds.toFixed(1)} s`,
    '',
    ...latencyTable(report),
    '',
    ...columns(countRows(report)),
    '',
    ...errorLines(report),
    ...serverLines(report),
    ...leakLines(report),
    report.tool.sentence,
    ...report.notes,
    ...report.gates.map(({ text, passed, sentence }) => `${passed ? 'passed' : 'FAILED'}  ${text}: ${sentence}`),
    '',
  ].join('\n');
}
