import { LatencyHistogram } from '../core/histogram.ts';
import { type LatencyName, latencyNames } from '../core/recorder.ts';
import { formatBytes, formatMs, formatNumber } from '../core/units.ts';
import { countRows } from './counts.ts';
import { latencyLabels } from './labels.ts';
import { type Axis, escapeHtml, type Plot, renderPlot, type Series } from './plot.ts';
import { mostObjects, type Report } from './report.ts';

const style = `
:root{color-scheme:light dark;--ink:#1d2430;--soft:#5c6675;--ground:#fff;--card:#f5f7fa;--line:#dde3ea}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#9aa6b5;--ground:#12161c;--card:#1a2029;--line:#2c3541}}
body{margin:0 auto;max-width:1400px;padding:24px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{font-size:24px;margin:0}h2{font-size:18px;margin:32px 0 8px}p{margin:6px 0}.soft{color:var(--soft)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:4px 12px;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left}th{font-weight:600;color:var(--soft)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:16px}
figure{margin:0;padding:12px;background:var(--card);border-radius:10px}figcaption{font-weight:600;margin-bottom:4px}
svg{width:100%;height:auto;display:block}svg text{font-size:11px;fill:var(--soft)}svg .grid{stroke:var(--line);stroke-width:1}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px;color:var(--soft)}.legend i{display:inline-block;width:16px;margin:0 6px 4px 0}
.passed{color:#1a7f4b}.failed{color:#c4321c}.verdict{display:inline-block;padding:2px 10px;border-radius:99px;border:1px solid currentColor;font-weight:600}
@media(prefers-color-scheme:dark){.passed{color:#4cc38a}.failed{color:#ff8b73}}
.wide,pre{overflow-x:auto}
@media(max-width:600px){body{padding:14px}svg text{font-size:14px}th,td{padding:4px 7px;font-size:13px}}
`;

const seconds: Axis = { label: 'seconds', format: formatNumber, scale: 'linear' };
const milliseconds: Axis = { label: 'latency', format: formatMs, scale: 'log' };

function measured(report: Report): LatencyName[] {
  return latencyNames.filter((name) => report.latencies[name] !== undefined);
}

function latencyOverTime(report: Report, name: LatencyName): Plot {
  const of = (key: 'p50' | 'p99' | 'max'): Series => ({
    label: key,
    points: report.seconds.flatMap(({ atSeconds, latencies }) => {
      const latency = latencies[name];
      return latency ? [{ x: atSeconds, y: latency[key] }] : [];
    }),
  });
  return { title: latencyLabels[name], x: seconds, y: milliseconds, series: [of('p50'), of('p99'), of('max')] };
}

const curvePercentiles = [10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99];
/** The tail is where users are lost: each step to the right has a tenth of the share that the step before had. */
const outOf = (percentile: number): number => 1 / (1 - percentile / 100);

function percentileCurves(report: Report): Plot {
  const series = measured(report).map((name): Series => {
    const histogram = LatencyHistogram.decode(report.latencies[name]?.hdr ?? '');
    const known = curvePercentiles.filter((percentile) => outOf(percentile) <= histogram.count);
    return {
      label: latencyLabels[name],
      points: known.map((percentile) => ({ x: outOf(percentile), y: histogram.percentile(percentile) })),
    };
  });
  const ticks = [50, 90, 99, 99.9, 99.99].map((percentile) => ({ at: outOf(percentile), text: `${percentile}%` }));
  return {
    title: 'Percentile curves: what share of operations was faster',
    x: { label: 'share of operations', format: String, scale: 'log', ticks },
    y: milliseconds,
    series,
  };
}

const perSecond: Axis = { label: 'per second', format: formatNumber, scale: 'linear' };
const bytesPerSecond: Axis = { label: 'bytes per second', format: formatBytes, scale: 'linear', binary: true };

function countersOverTime(report: Report, title: string, names: Record<string, string>, y = perSecond): Plot[] {
  const series = Object.entries(names)
    .filter(([name]) => report.counters[name] !== undefined)
    .map(
      ([name, label]): Series => ({
        label,
        points: report.seconds.map(({ atSeconds, counters }) => ({ x: atSeconds, y: counters[name] ?? 0 })),
      }),
    );
  if (series.length === 0) return [];
  return [{ title, x: seconds, y, series }];
}

function throughputPlots(report: Report): Plot[] {
  const participants: Plot = {
    title: 'Participants',
    x: seconds,
    y: { label: 'participants', format: formatNumber, scale: 'linear' },
    series: [
      {
        label: 'in rooms',
        points: report.seconds.map(({ atSeconds, levels }) => ({ x: atSeconds, y: levels.participants ?? 0 })),
      },
    ],
  };
  const errors: Plot = {
    title: 'Errors',
    x: seconds,
    y: perSecond,
    series: [{ label: 'errors', points: report.seconds.map((second) => ({ x: second.atSeconds, y: second.errors })) }],
  };
  return [
    ...countersOverTime(report, 'Joins and leaves', {
      'joins.offered': 'joins offered',
      'joins.achieved': 'joins achieved',
      leaves: 'leaves',
    }),
    ...countersOverTime(report, 'Messages', {
      'messages.sent': 'sent',
      'messages.delivered': 'delivered',
    }),
    ...countersOverTime(report, 'Media packets', { 'media.sent': 'sent', 'media.received': 'received' }),
    ...countersOverTime(
      report,
      'Media bytes',
      { 'media.sentBytes': 'sent', 'media.receivedBytes': 'received' },
      bytesPerSecond,
    ),
    participants,
    errors,
  ];
}

/** Those of which there ever were any; handles and descriptors follow the connections. */
function objectsPlot({ server }: Report): Plot {
  const names = Object.keys(mostObjects(server)).filter((name) => name !== 'fileDescriptors');
  const series = names.map((name) => ({
    label: name,
    points: server.map(({ atSeconds, objects }) => ({ x: atSeconds, y: objects[name] ?? 0 })),
  }));
  return {
    title: 'Server objects',
    x: seconds,
    y: { label: 'objects', format: formatNumber, scale: 'linear' },
    series,
  };
}

function serverPlots(report: Report): Plot[] {
  const { server } = report;
  if (server.length === 0) return [];
  const of = (label: string, value: (sample: Report['server'][number]) => number): Series => ({
    label,
    points: server.map((sample) => ({ x: sample.atSeconds, y: value(sample) })),
  });
  const percent = (value: number): string => `${Math.round(value * 100)}%`;
  return [
    {
      title: 'Server CPU, share of one core',
      x: seconds,
      y: { label: 'CPU', format: percent, scale: 'linear' },
      series: [of('server', ({ cpu }) => cpu), of('media workers', ({ workerCpu }) => workerCpu)],
    },
    {
      title: 'Server memory',
      x: seconds,
      y: { label: 'bytes', format: formatBytes, scale: 'linear', binary: true },
      series: [of('resident', (sample) => sample.residentBytes), of('heap in use', (sample) => sample.heapBytes)],
    },
    objectsPlot(report),
    {
      title: 'Server event-loop delay',
      x: seconds,
      y: { label: 'delay', format: formatMs, scale: 'linear' },
      series: [of('p99', (sample) => sample.eventLoopP99Ms), of('max', (sample) => sample.eventLoopMaxMs)],
    },
  ];
}

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></div>`;
}

function latencyTable(report: Report): string {
  const rows = measured(report).flatMap((name) => {
    const latency = report.latencies[name];
    if (!latency) return [];
    const { count, p50, p90, p95, p99, p999, max } = latency;
    return [[latencyLabels[name], formatNumber(count), ...[p50, p90, p95, p99, p999, max].map(formatMs)]];
  });
  return table(['Latency', 'Count', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'], rows);
}

function gateList({ gates }: Report): string {
  if (gates.length === 0) return '';
  const items = gates.map(
    ({ text, passed, sentence }) =>
      `<p><span class="verdict ${passed ? 'passed' : 'failed'}">${passed ? 'passed' : 'failed'}</span> <code>${escapeHtml(text)}</code>: ${escapeHtml(sentence)}</p>`,
  );
  return `<h2>Gates</h2>${items.join('')}`;
}

function leakSentence({ leaks }: Report): string {
  if (!leaks) return '';
  const found = leaks.leaks.map(
    ({ what, before, after }) => `${what} ${formatNumber(before)} → ${formatNumber(after)}`,
  );
  return found.length === 0
    ? `Nothing leaked: the server was back at its baseline after ${leaks.settledAfterSeconds.toFixed(1)} s.`
    : `Leaks: ${found.join(', ')}.`;
}

function counts(report: Report): string {
  const rows: string[][] = countRows(report);
  const errors = Object.entries(report.errors).map(([code, value]) => [`error ${code}`, formatNumber(value)]);
  return table(['Count', ''], [...rows, ...errors]);
}

/** The report as one HTML page that needs nothing else: no script, no font, no network. */
export function renderHtml(report: Report): string {
  const plots = [
    ...measured(report).map((name) => latencyOverTime(report, name)),
    percentileCurves(report),
    ...throughputPlots(report),
    ...serverPlots(report),
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>Load test: ${escapeHtml(report.title)}</title><style>${style}</style></head><body>`,
    `<h1>Load test: ${escapeHtml(report.title)}</h1>`,
    `<p class="soft">${escapeHtml(report.startedAt)}, ${report.elapsedSeconds.toFixed(0)} seconds</p>`,
    ...[report.tool.sentence, leakSentence(report), ...report.notes].map((text) => `<p>${escapeHtml(text)}</p>`),
    gateList(report),
    '<h2>Latencies</h2>',
    latencyTable(report),
    '<h2>Over time</h2><div class="plots">',
    ...plots.map(renderPlot),
    '</div><h2>Counts</h2>',
    counts(report),
    `<h2>Plan</h2><pre>${escapeHtml(JSON.stringify(report.plan, null, 2))}</pre>`,
    '</body></html>',
  ].join('\n');
}
