import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Order, Report } from './hub/generator.ts';
import { hubs, installPeers, type RunningHub, reference } from './hub/hubs.ts';
import { cpuSecondsOf, pin, residentBytesOf } from './hub/process-cost.ts';
import type { Workload } from './hub/workloads.ts';

/**
 * Compares hubs side by side on one machine, by work per CPU-second of the server’s process. Windows of the hubs take
 * turns, and the best of each counts, because what else happens on a machine only ever makes a window worse.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    window: { type: 'string', default: '2' },
    idle: { type: 'string', default: '10000' },
    only: { type: 'string' },
    hubs: { type: 'string' },
    'in-flight': { type: 'string', default: '2' },
    depths: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const windowMs = Number(options.window) * 1000;
const idleConnections = Number(options.idle);
/** Until histories have grown to what they stay at, and the hub's code is compiled. */
const warmUpMs = 3_000;
/** A window in which the hub got less than this, in ticks of 10 ms, says nothing and does not count. */
const leastCpuSeconds = 0.1;

interface Row {
  name: string;
  unit: string;
  workload: Workload;
}

const members = 1000;
/** Enough pairs that none of them meets the limit on a connection's bytes. */
const relayMembers = 600;

interface Churn {
  roomSize: number;
  /** How many of the members are on their way at a time. */
  moving: number;
  inOneGo?: boolean;
}

function churn({ roomSize, moving, inOneGo = false }: Churn): Row {
  const workload: Workload = { kind: 'churn', roomSize, members, inFlight: moving, inOneGo };
  if (inOneGo) return { name: `changing rooms of ${roomSize}`, unit: 'changes', workload };
  return { name: `churn, rooms of ${roomSize}`, unit: 'joins and leaves', workload };
}

function broadcast(roomSize: number, inFlightPerRoom: number): Row {
  const workload: Workload = { kind: 'broadcast', roomSize, members, inFlightPerRoom, bytes: 200 };
  return { name: `broadcast 200 B, rooms of ${roomSize}`, unit: 'deliveries', workload };
}

function relay(inFlightPerRoom: number): Row {
  const workload: Workload = { kind: 'relay', roomSize: 2, members: relayMembers, inFlightPerRoom, bytes: 2500 };
  return { name: 'relay 2.5 kB', unit: 'messages', workload };
}

/** Every other member is on its way, and every room has two messages in flight. */
function usualRows(): Row[] {
  const inFlight = Number(options['in-flight']);
  return [
    ...[4, 20, 200].map((roomSize) => churn({ roomSize, moving: members / 2 })),
    ...[4, 20, 200].map((roomSize) => churn({ roomSize, moving: members / 2, inOneGo: true })),
    ...[10, 100, 1000].map((roomSize) => broadcast(roomSize, inFlight)),
    relay(inFlight),
  ];
}

/** The same work at several depths, which tells how much of a ratio is owed to what can be joined into one write. */
function depthRows(): Row[] {
  const named = (row: Row, depth: string): Row => ({ ...row, name: `${row.name}, ${depth}` });
  const moving = (roomSize: number, share: number) =>
    named(churn({ roomSize, moving: members / share }), `one in ${share} moving`);
  return [
    ...[4, 20].flatMap((roomSize) => [8, 4, 2].map((share) => moving(roomSize, share))),
    ...[1, 2, 4, 16].map((depth) => named(broadcast(100, depth), `${depth} in flight`)),
    ...[2, 4, 16].map((depth) => named(relay(depth), `${depth} in flight`)),
  ];
}

const rows = options.depths ? depthRows() : usualRows();

/** The generator process, driven step by step. */
class Generator {
  readonly #child = fork(new URL('./hub/generator.ts', import.meta.url));

  constructor() {
    if (this.#child.pid !== undefined) pin(this.#child.pid, 'other cores');
  }

  order(order: Order): void {
    this.#child.send(order);
  }

  async report<K extends Report['kind']>(kind: K): Promise<Report & { kind: K }> {
    const [message] = (await once(this.#child, 'message')) as [Report];
    if (message.kind === 'failed') throw new Error(message.message);
    if (message.kind !== kind) throw new Error(`expected ${kind}, got ${message.kind}`);
    return message as Report & { kind: K };
  }

  async obey(order: Order): Promise<void> {
    this.order(order);
    await this.report('ready');
  }

  close(): void {
    this.#child.disconnect();
  }
}

async function startPinned({ start }: (typeof hubs)[number]): Promise<RunningHub> {
  const hub = await start();
  pin(hub.pid, 'first core');
  return hub;
}

async function measureWindow(generator: Generator, hub: RunningHub, workload: Workload): Promise<number> {
  generator.order({ kind: 'run', hub: hub.name, workload, warmUpMs, windowMs });
  await generator.report('begin');
  const before = cpuSecondsOf(hub.pid);
  const { units } = await generator.report('end');
  const cpuSeconds = cpuSecondsOf(hub.pid) - before;
  await generator.report('ready');
  return cpuSeconds < leastCpuSeconds ? 0 : units / cpuSeconds;
}

async function measureRow(row: Row, running: RunningHub[]): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  const generator = new Generator();
  const { members: count, roomSize } = row.workload;
  for (const { name, dialect, origin } of running) {
    await generator.obey({ kind: 'fill', hub: name, dialect, origin, members: count, roomSize });
  }
  for (let round = 0; round < rounds; round++) {
    for (const hub of running) {
      const value = await measureWindow(generator, hub, row.workload);
      best.set(hub.name, Math.max(best.get(hub.name) ?? 0, value));
      process.stderr.write('.');
    }
  }
  for (const { name } of running) await generator.obey({ kind: 'close', hub: name });
  generator.close();
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
  const generator = new Generator();
  const { name, dialect, origin, pid } = hub;
  try {
    // The first connections load code and fill pools.
    await generator.obey({ kind: 'fill', hub: 'warm', dialect, origin, members: 100, roomSize: 10 });
    await generator.obey({ kind: 'close', hub: 'warm' });
    await sleep(1000);
    const before = { resident: residentBytesOf(pid), cpu: cpuSecondsOf(pid) };
    await generator.obey({ kind: 'fill', hub: name, dialect, origin, members: idleConnections, roomSize: 10 });
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

function printRows(names: string[], results: { row: Row; best: Map<string, number> }[]): void {
  const ratio = (best: Map<string, number>, name: string): string => {
    const value = best.get(name);
    const base = best.get(reference);
    return value === undefined || base === undefined ? '–' : (value / base).toFixed(2);
  };
  console.log('\nWork per CPU-second of the server, as a ratio to the plain ws hub:\n');
  printTable(
    ['', ...names, `${reference}, per CPU-second`],
    results.map(({ row, best }) => [
      row.name,
      ...names.map((name) => ratio(best, name)),
      `${Math.round(best.get(reference) ?? 0).toLocaleString('en-US')} ${row.unit}`,
    ]),
  );
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

async function main(): Promise<void> {
  installPeers();
  const wanted = options.hubs?.split(',');
  const chosen = hubs.filter(({ name }) => !wanted || wanted.includes(name));
  const names = chosen.map(({ name }) => name);
  const results: { row: Row; best: Map<string, number> }[] = [];
  const wantedRows = rows.filter(({ name }) => options.only === undefined || name.includes(options.only));
  const running: RunningHub[] = [];
  try {
    if (wantedRows.length > 0) for (const definition of chosen) running.push(await startPinned(definition));
    for (const row of wantedRows) {
      process.stderr.write(`${row.name} `);
      results.push({ row, best: await measureRow(row, running) });
      process.stderr.write('\n');
    }
  } finally {
    await Promise.all(running.map((hub) => hub.stop()));
  }
  if (results.length > 0) printRows(names, results);
  const idle = new Map<string, IdleCost>();
  if (!options.depths && (options.only === undefined || options.only === 'idle')) {
    for (const definition of chosen) idle.set(definition.name, await measureIdle(definition));
    printIdle(idle);
  }
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(toJson(results, idle), null, 2));
}

function toJson(results: { row: Row; best: Map<string, number> }[], idle: Map<string, IdleCost>): unknown {
  return {
    workPerCpuSecond: results.map(({ row, best }) => ({ name: row.name, unit: row.unit, ...Object.fromEntries(best) })),
    idle: Object.fromEntries(idle),
  };
}

await main();
