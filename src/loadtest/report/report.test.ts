import { expect, test } from 'vitest';
import { parseGate } from '../core/gates.ts';
import { Recorder } from '../core/recorder.ts';
import { Totals } from '../core/totals.ts';
import { parseCommand } from '../plan/arguments.ts';
import type { Plan } from '../plan/plan.ts';
import { renderHtml } from './html.ts';
import { createProgressView, liveLines } from './live-view.ts';
import { mergeReports } from './merge-reports.ts';
import { linearTicks, logTicks } from './plot.ts';
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

test('refuses to merge what is not a report', () => {
  expect(() => mergeReports([{ version: 99 }], [])).toThrow();
});

test('the live view tells how far the load is and how it goes', () => {
  const totals = totalsOf([10, 20]);
  const lines = liveLines({ phase: 'load', elapsedSeconds: 5, totals, server: undefined, self: undefined }, 10);
  expect(lines[0]).toContain('5 of 10 s');
  expect(lines.some((line) => line.startsWith('Join') && line.includes('p99'))).toBe(true);
});

test('draws within the terminal, so that the next picture finds its place', () => {
  const drawn: string[] = [];
  const terminal = { isTTY: true, columns: 40, rows: 5, write: (text: string) => drawn.push(text) };
  const view = createProgressView(terminal, { totalSeconds: 10, lines: false });
  const progress = { totals: totalsOf([10, 20]), server: undefined, self: undefined };
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
  const progress = { totals: totalsOf([10, 20]), server: undefined, self: undefined };
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
