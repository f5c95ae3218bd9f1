import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../../src/loadtest/report/report.ts';
import type { RunningHub } from '../hub/hubs.ts';
import { coreWaitMs, preferOn } from './quiet-core.ts';

const loadTest = fileURLToPath(new URL('../../../src/loadtest/cli.ts', import.meta.url));
const roomSize = 10;
const rampSeconds = 30;
/** Stays vary by half, so that the number of connections is steady once the first have left; a little more than asked. */
const spare = 1.02;

export interface BusyOptions {
  connections: number;
  joinsPerSecond: number;
  /** Ramp included. */
  seconds: number;
}

export interface BusyOutcome {
  report: Report;
  /** How long the server could have run but had no core: what is no delay of its own. */
  waitedMs: number;
}

function flagsFor({ connections, joinsPerSecond, seconds }: BusyOptions): string[] {
  const meanStay = (connections * spare) / joinsPerSecond;
  const flags = {
    rate: joinsPerSecond,
    session: `uniform:${Math.round(meanStay * 500)}ms-${Math.round(meanStay * 1500)}ms`,
    rooms: Math.ceil(connections / roomSize),
    duration: `${seconds}s`,
    ramp: `${rampSeconds}s`,
    workers: 1,
  };
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/**
 * Lets participants come and go as the load tester does it, open loop and each over a connection of its own, while as
 * many connections as asked for stay open. The server has one core, the load tester the others.
 */
export async function keepBusy(hub: RunningHub, options: BusyOptions): Promise<BusyOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'crosspoint-scale-'));
  const json = join(folder, 'report.json');
  preferOn(hub.pid, 'first core');
  const before = coreWaitMs(hub.pid);
  const args = ['churn', ...flagsFor(options), '--url', hub.origin, '--json', json, '--lines'];
  const child = spawn(process.execPath, [loadTest, ...args], { stdio: ['ignore', 2, 2] });
  if (child.pid !== undefined) preferOn(child.pid, 'other cores');
  try {
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the load tester ended with ${code}`);
    // The file was written by this program a moment ago.
    return { report: JSON.parse(readFileSync(json, 'utf8')) as Report, waitedMs: coreWaitMs(hub.pid) - before };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Resident memory in the last quarter of the steady time, as a ratio to the second quarter. */
function memoryGrowth({ server }: Report, fromSeconds: number, toSeconds: number): number {
  const steady = server.filter(({ atSeconds }) => atSeconds >= fromSeconds && atSeconds < toSeconds);
  const quarter = (number: number): number => {
    const size = steady.length / 4;
    return mean(
      steady.slice(Math.floor((number - 1) * size), Math.floor(number * size)).map((each) => each.residentBytes),
    );
  };
  return quarter(4) / quarter(2);
}

export function printBusy({ report, waitedMs }: BusyOutcome, options: BusyOptions): void {
  const { figures } = report;
  const ms = (name: string): string => `${(figures[name] ?? Number.NaN).toFixed(1)} ms`;
  // By then everybody who came during the ramp has left.
  const steadyFrom = rampSeconds + (1.5 * spare * options.connections) / options.joinsPerSecond;
  const steady = report.seconds.filter(({ atSeconds }) => atSeconds >= steadyFrom && atSeconds < options.seconds);
  const slow = steady.filter(({ latencies }) => (latencies.join?.p99 ?? 0) >= 100).length;
  const connections = Math.round(mean(steady.map(({ levels }) => levels.participants ?? 0)));
  const growth = (memoryGrowth(report, steadyFrom, options.seconds) - 1) * 100;
  const rows = [
    [
      'joins and leaves',
      `${figures['joins.achieved']} of ${figures['joins.offered']} over ${options.seconds} s`,
      'all',
    ],
    ['connections while steady', connections.toLocaleString('en-US'), options.connections.toLocaleString('en-US')],
    ['join p50, p99, p99.9', `${ms('join.p50')}, ${ms('join.p99')}, ${ms('join.p999')}`, 'p99 under 100 ms'],
    ['seconds whose own p99 was 100 ms or more', `${slow} of ${steady.length}`, '–'],
    ['event-loop delay p99, longest', `${ms('server.eventLoopP99')}, ${ms('server.eventLoopMax')}`, 'under 50 ms'],
    ['of which waiting for a core, in all', `${waitedMs.toFixed(0)} ms`, '–'],
    [
      'CPU of the server, mean, peak',
      ['server.cpu', 'server.cpuMax'].map((name) => `${((figures[name] ?? 0) * 100).toFixed(0)}%`).join(', '),
      '–',
    ],
    ['memory, last quarter against second', `${growth >= 0 ? '+' : ''}${growth.toFixed(1)}%`, 'flat'],
    ['largest memory', `${((figures['server.residentMax'] ?? 0) / 2 ** 20).toFixed(0)} MiB`, '–'],
    ['errors, leaks', `${figures.errors}, ${figures.leaks}`, '0, 0'],
  ];
  const { connections: wanted, joinsPerSecond } = options;
  console.log(`\n${wanted.toLocaleString('en-US')} connections, ${joinsPerSecond} joins and leaves a second:\n`);
  console.log('| | measured | aim |\n|---|---|---|');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  console.log(`\n${report.tool.sentence}`);
}
