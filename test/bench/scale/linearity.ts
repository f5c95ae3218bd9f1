import { GeneratorProcess } from '../hub/generator-process.ts';
import type { RunningHub } from '../hub/hubs.ts';
import type { Workload } from '../hub/workloads.ts';
import { preferOn } from './quiet-core.ts';

export interface Cell {
  connections: number;
  roomSize: number;
  /** CPU time of the server in microseconds, the quietest of the windows. */
  join: number;
  delivery: number;
}

const sizes = [1_000, 3_000, 10_000];
const roomSizes = [10, 100, 1_000];
const timing = { warmUpMs: 1_000, windowMs: 2_000 };
const rounds = 2;
/** One in so many members is between leaving and joining, whatever their number, so that rooms are equally busy. */
const membersPerChurner = 8;
const messagesInFlightPerRoom = 2;
const messageBytes = 200;

async function quietest(measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) least = Math.min(least, await measure());
  return least;
}

/** CPU time of the hub for one unit of the workload, in microseconds. */
async function costOf(generator: GeneratorProcess, hub: RunningHub, workload: Workload): Promise<number> {
  const { cpuSeconds, units } = await generator.keepInFlight(hub, workload, timing);
  return (cpuSeconds / units) * 1e6;
}

async function measureCell(hub: RunningHub, members: number, roomSize: number): Promise<Cell> {
  const generator = new GeneratorProcess(preferOn);
  try {
    await generator.fill(hub, members, roomSize);
    const inFlight = Math.ceil(members / membersPerChurner);
    const churn = { kind: 'churn', roomSize, members, inFlight } as const;
    const join = await quietest(() => costOf(generator, hub, churn));
    const inFlightPerRoom = messagesInFlightPerRoom;
    const broadcast = { kind: 'broadcast', roomSize, members, inFlightPerRoom, bytes: messageBytes } as const;
    const delivery = await quietest(() => costOf(generator, hub, broadcast));
    await generator.empty(hub);
    return { connections: members, roomSize, join, delivery };
  } finally {
    generator.close();
  }
}

/** What a join (with its leave) and a delivery cost the server, by the number of connections and the size of rooms. */
export async function measureLinearity(start: () => Promise<RunningHub>): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const connections of sizes) {
    const hub = await start();
    try {
      for (const roomSize of roomSizes) {
        cells.push(await measureCell(hub, connections, roomSize));
        process.stderr.write('.');
      }
    } finally {
      await hub.stop();
    }
  }
  return cells;
}

/** A hub that finished nothing in a window has no cost to show. */
function inUs(cost: number, digits: number): string {
  return Number.isFinite(cost) ? `${cost.toFixed(digits)} µs` : '–';
}

export function printLinearity(cells: Cell[]): void {
  const row = (title: string, roomSize: number, value: (cell: Cell) => string): string => {
    const own = cells.filter((cell) => cell.roomSize === roomSize);
    return `| ${title}, rooms of ${roomSize} | ${own.map(value).join(' | ')} |`;
  };
  console.log('\nCPU time of the server:\n');
  console.log(`| | ${sizes.map((size) => `${size.toLocaleString('en-US')} connections`).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(sizes.length)}`);
  for (const roomSize of roomSizes) console.log(row('a join and its leave', roomSize, ({ join }) => inUs(join, 0)));
  for (const roomSize of roomSizes) {
    console.log(row('a delivery of 200 bytes', roomSize, ({ delivery }) => inUs(delivery, 2)));
  }
}
