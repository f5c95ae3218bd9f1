import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseGate } from '../core/gates.ts';
import { latencyNames, Recorder } from '../core/recorder.ts';
import { Totals } from '../core/totals.ts';
import { parseCommand } from '../plan/arguments.ts';
import type { Plan } from '../plan/plan.ts';
import { UsageError } from '../plan/usage-error.ts';
import { renderHtml } from './html.ts';
import { createProgressView, liveLines } from './live-view.ts';
import { mergeReports } from './merge-reports.ts';
import { requireWritable } from './output-files.ts';
import { linearTicks, logTicks } from './plot.ts';
import { readReport } from './read-report.ts';
import { buildReport, type Report } from './report.ts';
import { renderTable } from './table.ts';

function planOf(args: string[]): Plan {
  const command = parseCommand(args);
  if (command.kind !== 'run') throw new Error('not a run');
  return command.plan;
}

function totalsOf(joinMs: number[]): Totals {
  const totals = new Totals();
  for (const [second, ms] of joinMs.entries()) {
    const recorder = new Recorder();
    recorder.count('joins.offered');
    recorder.count('joins.achieved');
    recorder.latency('join', ms);
    if (ms > 100) recorder.error('<slow> & "bad"');
    totals.add('0', second, recorder.take());
  }
  return totals;
}

function reportOf(joinMs: number[], gates: string[] = []): Report {
  const plan = planOf(['churn', '--token', 'secret-token', '--metrics-token', 'secret-metrics']);
  const server = [0, 1].map((atSeconds) => ({
    ...{ atSeconds, cpu: 0.5, workerCpu: 0, residentBytes: 1e8, heapBytes: 5e7 },
    ...{ eventLoopP99Ms: 2, eventLoopMaxMs: 8 * atSeconds, objects: { rooms: 1 } },
  }));
  const leaks = { leaks: [{ what: 'sfu.transports', before: 0, after: 2 }], settledAfterSeconds: 60 };
  return buildReport(
    plan,
    { startedAt: 0, elapsedSeconds: 3, totals: totalsOf(joinMs), self: [], server, leaks, notes: ['a note'] },
    gates.flatMap((text) => parseGate(text) ?? []),
  );
}

test('names every figure that a gate may ask for', () => {
  const { figures } = reportOf([10, 20, 30]);
  expect(figures).toMatchObject({ 'join.count': 3, errors: 0, leaks: 1, 'server.eventLoopMax': 8, bottleneck: 0 });
  expect(figures['join.p50']).toBeCloseTo(20, 0);
  expect(figures['joins.achievedPerSecond']).toBeCloseTo(1);
});

test('fails as a whole when one gate is missed', () => {
  expect(reportOf([10, 20], ['join.p99<1s', 'errors=0']).passed).toBe(true);
  expect(reportOf([10, 20], ['join.p99<1s', 'leaks=0']).passed).toBe(false);
});

test('no secret of the plan reaches a report', () => {
  const report = reportOf([10]);
  for (const text of [JSON.stringify(report), renderHtml(report), renderTable(report)]) {
    expect(text).not.toContain('secret-');
  }
});

test('the page needs nothing from elsewhere and lets no text become markup', () => {
  const html = renderHtml(reportOf([10, 250, 20], ['join.p99<100ms']));
  expect(html).not.toMatch(/<script|src=|href=|url\(/);
  expect(html).not.toContain('<slow>');
  expect(html).toContain('&lt;slow&gt;');
  expect(html).not.toContain('NaN');
  expect(html.match(/<svg/g)?.length).toBeGreaterThan(4);
});

test('the table shows percentiles, errors, leaks and gates', () => {
  const text = renderTable(reportOf([10, 250], ['errors=0']));
  expect(text).toMatch(/Join \(from intended start\) +2/);
  expect(text).toContain('<slow> & "bad"');
  expect(text).toContain('sfu.transports: 0 before, 2 after');
  expect(text).toContain('FAILED  errors=0: it was 1');
});

test('the page shows what a load is judged by: throughput, percentiles, the server and the verdicts', () => {
  const html = renderHtml(reportOf([10, 250], ['errors=0']));
  const titles = [...html.matchAll(/<figcaption>([^<]*)/g)].map(([, title]) => title);
  expect(titles).toEqual([
    ...['Join (from intended start)', 'Percentile curves: what share of operations was faster'],
    ...['Joins and leaves', 'Participants', 'Errors'],
    ...['Server CPU, share of one core', 'Server memory', 'Server objects', 'Server event-loop delay'],
  ]);
  for (const head of ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max']) expect(html).toContain(`<th>${head}</th>`);
  expect(html).toMatch(/failed<\/span> <code>errors=0<\/code>: it was 1/);
  expect(html).toContain('Leaks: sfu.transports 0 → 2.');
  expect(html).toContain('<td>joins.offeredPerSecond</td><td>1</td>');
});

test('table and page tell bitrate, loss, jitter and tracks of media', () => {
  const recorder = new Recorder();
  const counts = { received: 990, lost: 10, receivedBytes: 1e6, receiverSeconds: 4, tracksExpected: 6, tracksGot: 5 };
  for (const [name, value] of Object.entries(counts)) recorder.count(`media.${name}`, value);
  recorder.count('media.jitterSumMs', 6);
  recorder.count('media.jitterCount', 3);
  const totals = new Totals();
  totals.add('0', 0, recorder.take());
  const result = { startedAt: 0, elapsedSeconds: 1, totals, self: [], server: [], leaks: undefined, notes: [] };
  const report = buildReport(planOf(['media']), result, []);
  const shown = { bitratePerReceiver: '2.00 Mbit/s', loss: '1%', jitterMs: '2.00ms', tracksMissing: '1' };
  for (const [name, text] of Object.entries(shown)) {
    expect(renderTable(report)).toMatch(new RegExp(`^media\\.${name} +${text}$`, 'm'));
    expect(renderHtml(report)).toContain(`<td>media.${name}</td><td>${text}</td>`);
  }
  expect(renderHtml(report)).toContain('<figcaption>Media bytes');
});

test('joins a second are over the time in which joins were offered, not over the whole run', () => {
  const totals = new Totals();
  for (let second = 0; second < 20; second++) {
    const recorder = new Recorder();
    if (second < 10) recorder.count('joins.offered', 50);
    if (second < 20) recorder.count('joins.achieved', 25);
    totals.add('0', second, recorder.take());
  }
  const result = { startedAt: 0, elapsedSeconds: 20, totals, self: [], server: [], leaks: undefined, notes: [] };
  const { figures } = buildReport(planOf(['churn']), result, []);
  expect(figures).toMatchObject({ 'joins.offeredPerSecond': 50, 'joins.achievedPerSecond': 25 });
});

test('merges the reports of several machines into true percentiles of all operations', () => {
  const fast = JSON.parse(JSON.stringify(reportOf([10, 10, 10])));
  const slow = JSON.parse(JSON.stringify(reportOf([90])));
  const merged = mergeReports([fast, slow], [{ ...mustGate('join.count=4') }]);
  expect(merged.passed).toBe(true);
  expect(merged.figures['join.p50']).toBeCloseTo(10, 0);
  expect(merged.figures['join.max']).toBeCloseTo(90, 0);
  expect(merged.counters['joins.achieved']).toBe(4);
});

test('puts machines that began at different times on one axis, and adds their participants', () => {
  const early = JSON.parse(JSON.stringify(reportOf([10, 10, 10])));
  const late = { ...JSON.parse(JSON.stringify(reportOf([90]))), startedAt: new Date(2_000).toISOString() };
  const levelled = { ...late, server: [], leaks: { leaks: [], settledAfterSeconds: 1 } };
  for (const { seconds } of [early, levelled]) for (const second of seconds) second.levels = { participants: 5 };
  const merged = mergeReports([levelled, early], []);
  expect(merged.seconds.map(({ levels }) => levels.participants)).toEqual([5, 5, 10]);
  expect(merged.seconds[2]?.latencies.join?.p99).toBeCloseTo(90, 0);
  expect(merged.figures['participants.max']).toBe(10);
  expect(merged.elapsedSeconds).toBe(5);
  expect(merged.server).toHaveLength(2);
  expect(merged.figures.leaks).toBe(0);
});

function mustGate(text: string) {
  const gate = parseGate(text);
  if (!gate) throw new Error(text);
  return gate;
}

function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return 'none';
}

test('says before the load that a report cannot be written after it', () => {
  expect(problemOf(() => requireWritable({ lines: false, json: '/nowhere/a.json' }))).toBe(
    '--json: cannot be written: /nowhere/a.json',
  );
  expect(problemOf(() => requireWritable({ lines: false, html: tmpdir() }))).toBe(`--html: is a folder: ${tmpdir()}`);
  expect(problemOf(() => requireWritable({ lines: false, html: join(tmpdir(), 'new-report.html') }))).toBe('none');
});

test('refuses to merge what is not a report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'load-report-'));
  const path = join(folder, 'report.json');
  const problemWith = (text: string): unknown => {
    writeFileSync(path, text);
    try {
      return readReport(path).title;
    } catch (error) {
      return error instanceof UsageError && error.message;
    }
  };
  expect(problemWith(JSON.stringify(reportOf([10])))).toBe('churn');
  expect(problemWith('{"version":99}')).toBe(`${path}: is no report of this version of the load test (version)`);
  expect(problemWith('text')).toBe(`${path}: is no JSON`);
  rmSync(folder, { recursive: true });
  expect(problemOf(() => readReport(path))).toContain('ENOENT');
});

test('the live view tells how far the load is and how it goes', () => {
  const totals = totalsOf([10, 20]);
  const lines = liveLines(
    { phase: 'load', elapsedSeconds: 5, totals, server: undefined, self: undefined, leaks: [] },
    10,
  );
  expect(lines[0]).toContain('5 of 10 s');
  const heading = lines.findIndex((line) => line.includes('now p99'));
  expect(lines[heading + 1]).toMatch(/^Join \(from intended start\) +2 +10\.0ms +20\.0ms +20\.0ms +20\.0ms +20\.0ms$/);
});

test('everything that the live view says fits a terminal of 80 columns', () => {
  const totals = totalsOf([10, 20]);
  const recorder = new Recorder();
  for (const name of latencyNames) recorder.latency(name, 12_345);
  for (const name of ['media.sent', 'media.sentBytes', 'media.received', 'media.receivedBytes', 'leaves']) {
    recorder.count(name, 123_456_789);
  }
  totals.add('0', 2, recorder.take());
  const view = liveLines(
    { phase: 'load', elapsedSeconds: 5, totals, server: undefined, self: undefined, leaks: [] },
    10,
  );
  expect(Math.max(...view.map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(view.join('\n')).toContain('media.received 123,456,789/s');
});

test('while the server settles, both views say what it still has more of', () => {
  const leaks = [{ what: 'sessions', before: 1, after: 4 }];
  const progress = { totals: totalsOf([10]), server: undefined, self: undefined, leaks };
  const lines = liveLines({ phase: 'settle', elapsedSeconds: 12, ...progress }, 10);
  expect(lines).toContain('waiting for the server to settle, which still has 3 sessions more');
  const printed: string[] = [];
  const view = createProgressView({ write: (text: string) => printed.push(text) }, { totalSeconds: 10, lines: false });
  for (const elapsedSeconds of [11, 12, 13, 14, 15, 16]) view.show({ phase: 'settle', elapsedSeconds, ...progress });
  expect(printed).toHaveLength(2);
  expect(printed[1]).toBe('16 s  waiting for the server to settle, which still has 3 sessions more\n');
});

test('draws within the terminal, so that the next picture finds its place', () => {
  const drawn: string[] = [];
  const terminal = { isTTY: true, columns: 40, rows: 5, write: (text: string) => drawn.push(text) };
  const view = createProgressView(terminal, { totalSeconds: 10, lines: false });
  const progress = { totals: totalsOf([10, 20]), server: undefined, self: undefined, leaks: [] };
  for (const elapsedSeconds of [1, 2]) view.show({ phase: 'load', elapsedSeconds, ...progress });
  for (const text of drawn) {
    const lines = text
      .slice(text.indexOf('\x1b[J') + 3)
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(4);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40);
  }
  expect(drawn[1]).toContain('\x1b[4A');
});

test('without a terminal prints a line every few seconds', () => {
  const printed: string[] = [];
  const view = createProgressView({ write: (text: string) => printed.push(text) }, { totalSeconds: 10, lines: false });
  const progress = { totals: totalsOf([10, 20]), server: undefined, self: undefined, leaks: [] };
  for (let elapsedSeconds = 1; elapsedSeconds <= 10; elapsedSeconds++) {
    view.show({ phase: 'load', elapsedSeconds, ...progress });
  }
  expect(printed).toHaveLength(2);
  expect(printed[0]).toMatch(/^5 s .*join p50 10.* errors 0\n$/);
});

test('ticks are round numbers that cover the range', () => {
  expect(linearTicks(0, 97)).toEqual([0, 20, 40, 60, 80]);
  expect(linearTicks(0, 0)).toEqual([0]);
  expect(logTicks(0.1, 1000)).toEqual([0.1, 1, 10, 100, 1000]);
});
