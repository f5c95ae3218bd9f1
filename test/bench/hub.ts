import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerialQueue } from '../../src/shared/serial-queue.ts';
import { names, number, readFlags, refuse, text, toggle } from './flags.ts';
import { type Capacity, findCapacity, mostPerCpuSecond, type Percentile } from './hub/capacity.ts';
import { GeneratorProcess } from './hub/generator-process.ts';
import { hubs, installPeers, type RunningHub, reference } from './hub/hubs.ts';
import { cpuSecondsOf, pin, residentBytesOf } from './hub/process-cost.ts';
import { capacityRows, depthRows, type Row } from './hub/rows.ts';
import type { Workload } from './hub/workloads.ts';

/**
 * Compares hubs side by side on one machine, by work per CPU-second of the server’s process, offered in an open loop: with
 * more to do than each can, and at the highest rate that it keeps up with. The hubs take turns window by window, and the best
 * of each counts, because what else happens on a machine only ever makes a result worse. With `--depths` it keeps numbers of
 * operations in flight instead.
 */
const idleRow = 'idle';
const flags = readFlags({
  hubs: names(
    hubs.map(({ name }) => name),
    'hubs to compare',
  ),
  only: text(`rows with this in their name, or "${idleRow}" for connections that do nothing (all)`),
  rounds: number(2, 'times that every row is measured; the best of each hub counts'),
  strict: toggle('bounds the 99th percentile of latency in place of the 95th'),
  idle: number(10_000, 'connections that do nothing'),
  depths: toggle('keeps numbers of operations in flight in place of offering rates'),
  window: number(2, 'seconds that are measured at a time with --depths'),
  json: text('file for the results, with every window; written after each row'),
});
const percentile: Percentile = flags.strict ? 'p99' : 'p95';
const { rounds, idle: idleConnections } = flags;
const windowMs = flags.window * 1000;
/** Until histories have grown to what they stay at, and the hub's code is compiled. */
const warmUpMs = 5_000;
/** A window in which the hub got less than this, in ticks of 10 ms, says nothing and does not count. */
const leastCpuSeconds = 0.1;

async function startPinned({ start }: (typeof hubs)[number]): Promise<RunningHub> {
  const hub = await start();
  pin(hub.pid, 'first core');
  return hub;
}

async function measureWindow(generator: GeneratorProcess, hub: RunningHub, workload: Workload): Promise<number> {
  const { units, cpuSeconds } = await generator.keepInFlight(hub, workload, { warmUpMs, windowMs });
  return cpuSeconds < leastCpuSeconds ? 0 : units / cpuSeconds;
}

/** The best of each hub, by its name. */
type Results<T> = { row: Row; best: Map<string, T> }[];

/** The hubs measure side by side, but only one of them works at a time: each waits for its turn. */
async function measureSideBySide<T>(
  { row, running }: { row: Row; running: RunningHub[] },
  measure: (subject: { generator: GeneratorProcess; hub: RunningHub; turns: SerialQueue }) => Promise<T>,
): Promise<[name: string, found: T][]> {
  const turns = new SerialQueue({ maxPending: running.length });
  const { members, roomSize } = row.workload;
  const measureOne = async (hub: RunningHub): Promise<[string, T]> => {
    const generator = new GeneratorProcess();
    try {
      await turns.run(() => generator.fill(hub, members, roomSize));
      return [hub.name, await measure({ generator, hub, turns })];
    } finally {
      generator.close();
    }
  };
  return Promise.all(running.map(measureOne));
}

async function measureCapacity(row: Row, running: RunningHub[]): Promise<Map<string, Capacity>> {
  const best = new Map<string, Capacity>();
  for (let round = 0; round < rounds; round++) {
    const all = await measureSideBySide({ row, running }, (subject) => findCapacity({ ...subject, row, percentile }));
    for (const [name, found] of all) best.set(name, betterOf(best.get(name), found));
    process.stderr.write(' ');
  }
  return best;
}

function betterOf(before: Capacity | undefined, found: Capacity): Capacity {
  if (!before) return found;
  const both = [before, found];
  return {
    kept: mostPerCpuSecond(both.flatMap(({ kept }) => kept ?? [])),
    saturated: mostPerCpuSecond(both.flatMap(({ saturated }) => saturated ?? [])),
    windows: both.flatMap(({ windows }) => windows),
  };
}

async function measureDepth(row: Row, running: RunningHub[]): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const all = await measureSideBySide({ row, running }, ({ generator, hub, turns }) =>
      turns.run(() => measureWindow(generator, hub, row.workload)),
    );
    for (const [name, value] of all) best.set(name, Math.max(best.get(name) ?? 0, value));
    process.stderr.write('.');
  }
  return best;
}

interface IdleCost {
  kibPerConnection: number;
  cpuSecondsPer1000: number;
  /** CPU share that keeping the connections takes, in percent of a core for 10,000. */
  keepingPercent: number;
}

const idleWatchMs = 20_000;

/** Fresh hubs, because memory that earlier work left behind would be counted or reused. */
async function measureIdle(definition: (typeof hubs)[number]): Promise<IdleCost> {
  const hub = await startPinned(definition);
  const generator = new GeneratorProcess();
  const { pid } = hub;
  try {
    // The first connections load code and fill pools.
    const warm = { ...hub, name: 'warm' };
    await generator.fill(warm, 100, 10);
    await generator.empty(warm);
    await sleep(1000);
    const before = { resident: residentBytesOf(pid), cpu: cpuSecondsOf(pid) };
    await generator.fill(hub, idleConnections, 10);
    const connected = cpuSecondsOf(pid);
    await sleep(idleWatchMs);
    const kept = cpuSecondsOf(pid) - connected;
    return {
      kibPerConnection: (residentBytesOf(pid) - before.resident) / 1024 / idleConnections,
      cpuSecondsPer1000: ((connected - before.cpu) / idleConnections) * 1000,
      keepingPercent: (kept / (idleWatchMs / 1000)) * 100 * (10_000 / idleConnections),
    };
  } finally {
    generator.close();
    await hub.stop();
  }
}

function printTable(head: string[], body: string[][]): void {
  console.log(`| ${head.join(' | ')} |\n|${'---|'.repeat(head.length)}`);
  for (const cells of body) console.log(`| ${cells.join(' | ')} |`);
}

function ratio(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined ? '–' : (value / base).toFixed(2);
}

function printRows(title: string, hubNames: readonly string[], results: Results<number>): void {
  console.log(`\n${title}, as a ratio to the plain ws hub:\n`);
  printTable(
    ['', ...hubNames, `${reference}, per CPU-second`],
    results.map(({ row, best }) => [
      row.name,
      ...hubNames.map((name) => ratio(best.get(name), best.get(reference))),
      `${Math.round(best.get(reference) ?? 0).toLocaleString('en-US')} ${row.unit}`,
    ]),
  );
}

function printCapacity(hubNames: readonly string[], results: Results<Capacity>): void {
  printRows('Work per CPU-second of the server with more to do than it can', hubNames, workOf(results, 'saturated'));
  const bound = `${percentile} below 100 ms`;
  printRows(`Work per CPU-second at the highest rate kept with ${bound}`, hubNames, workOf(results, 'kept'));
  console.log(`\nThat rate, in operations per second, and p50 / ${percentile} in ms there:\n`);
  printTable(
    ['', ...hubNames],
    results.map(({ row, best }) => [row.name, ...hubNames.map((name) => rateOf(best.get(name)?.kept))]),
  );
}

function workOf(results: Results<Capacity>, key: 'kept' | 'saturated'): Results<number> {
  return results.map(({ row, best }) => {
    const work = new Map<string, number>();
    for (const [name, { [key]: window }] of best) if (window) work.set(name, window.unitsPerCpuSecond);
    return { row, best: work };
  });
}

function rateOf(kept: Capacity['kept']): string {
  if (!kept) return '–';
  const { perSecond, p50Ms, highMs, generatorWasLate } = kept;
  const rate = Math.round(perSecond).toLocaleString('en-US');
  return `${generatorWasLate ? '≥ ' : ''}${rate} (${p50Ms.toFixed(0)} / ${highMs.toFixed(0)})`;
}

function printIdle(costs: Map<string, IdleCost>): void {
  console.log(`\n${idleConnections.toLocaleString('en-US')} connections, joined in rooms of 10, with heartbeats:\n`);
  printTable(
    ['', 'memory per connection', 'CPU per 1000 connects and joins', 'keeping 10,000'],
    [...costs].map(([name, cost]) => [
      name,
      `${cost.kibPerConnection.toFixed(1)} KiB`,
      `${cost.cpuSecondsPer1000.toFixed(3)} s`,
      `${cost.keepingPercent.toFixed(1)}% of a core`,
    ]),
  );
}

/** Measures one row after the other, and writes down what there is after each, because all of them take an hour and more. */
async function measureRows<T>(
  { rows, chosen, key }: { rows: Row[]; chosen: typeof hubs; key: 'capacity' | 'depths' },
  measure: (row: Row, running: RunningHub[]) => Promise<Map<string, T>>,
): Promise<Results<T>> {
  const results: Results<T> = [];
  const running: RunningHub[] = [];
  try {
    if (rows.length > 0) for (const definition of chosen) running.push(await startPinned(definition));
    for (const row of rows) {
      process.stderr.write(`${row.name} `);
      results.push({ row, best: await measure(row, running) });
      writeJson({ [key]: byRow(results) });
      process.stderr.write('\n');
    }
  } finally {
    await Promise.all(running.map((hub) => hub.stop()));
  }
  return results;
}

async function main(): Promise<void> {
  const rows = wantedRows();
  installPeers();
  const chosen = hubs.filter(({ name }) => flags.hubs.includes(name));
  if (flags.depths) {
    const depths = await measureRows({ rows, chosen, key: 'depths' }, measureDepth);
    printRows('Work per CPU-second of the server', flags.hubs, depths);
    return;
  }
  const results = await measureRows({ rows, chosen, key: 'capacity' }, measureCapacity);
  if (results.length > 0) printCapacity(flags.hubs, results);
  if (flags.only === undefined || flags.only === idleRow) {
    const idle = new Map<string, IdleCost>();
    for (const definition of chosen) idle.set(definition.name, await measureIdle(definition));
    printIdle(idle);
    writeJson({ capacity: byRow(results), idle: Object.fromEntries(idle) });
  }
}

function wantedRows(): Row[] {
  const { only = '', depths } = flags;
  const rows = depths ? depthRows() : capacityRows;
  const wanted = rows.filter(({ name }) => name.includes(only));
  if (wanted.length > 0 || (only === idleRow && !depths)) return wanted;
  return refuse(`--only fits nothing with "${only}"; there are ${rows.map(({ name }) => name).join('; ')}`);
}

function byRow<T>(results: Results<T>): unknown {
  return results.map(({ row, best }) => ({ name: row.name, unit: row.unit, ...Object.fromEntries(best) }));
}

function writeJson(contents: object): void {
  if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(contents, null, 2));
}

await main();
