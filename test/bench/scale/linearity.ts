import { GeneratorProcess } from '../hub/generator-process.ts';
import type { RunningHub } from '../hub/hubs.ts';
import type { Workload } from '../hub/workloads.ts';
import { preferOn } from './quiet-core.ts';

/** What one hub costs at one size. */
export interface Cell {
  hub: string;
  connections: number;
  roomSize: number;
  /** CPU time of the server in microseconds, the quietest of the windows. */
  join: number;
  delivery: number;
}

type CellSize = Pick<Cell, 'connections' | 'roomSize'>;

const sizes = [1_000, 3_000, 10_000];
const roomSizes = [10, 100, 1_000];
const timing = { warmUpMs: 1_000, windowMs: 2_000 };
const rounds = 2;
/** One in so many members is between leaving and joining, whatever their number, so that rooms are equally busy. */
const membersPerChurner = 8;
const messagesInFlightPerRoom = 2;
const messageBytes = 200;

/** A hub, and who keeps it at work. */
interface Subject {
  hub: RunningHub;
  generator: GeneratorProcess;
}

/** CPU time of each hub for one unit of the workload, in microseconds. They take turns, and the quietest window of each counts. */
async function costsOf(subjects: Subject[], workload: Workload): Promise<number[]> {
  const least = subjects.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { hub, generator }] of subjects.entries()) {
      const { cpuSeconds, units } = await generator.keepInFlight(hub, workload, timing);
      least[index] = Math.min(least[index] ?? Number.POSITIVE_INFINITY, (cpuSeconds / units) * 1e6);
    }
  }
  return least;
}

async function measureCells(hubs: RunningHub[], { connections, roomSize }: CellSize): Promise<Cell[]> {
  const subjects = hubs.map((hub) => ({ hub, generator: new GeneratorProcess(preferOn) }));
  const size = { roomSize, members: connections };
  const inFlight = Math.ceil(connections / membersPerChurner);
  const flow = { inFlightPerRoom: messagesInFlightPerRoom, bytes: messageBytes };
  try {
    for (const { hub, generator } of subjects) await generator.fill(hub, connections, roomSize);
    const joins = await costsOf(subjects, { kind: 'churn', ...size, inFlight });
    const deliveries = await costsOf(subjects, { kind: 'broadcast', ...size, ...flow });
    for (const { hub, generator } of subjects) await generator.empty(hub);
    return hubs.map(({ name }, index) => {
      const [join = Number.NaN, delivery = Number.NaN] = [joins[index], deliveries[index]];
      return { hub: name, connections, roomSize, join, delivery };
    });
  } finally {
    for (const { generator } of subjects) generator.close();
  }
}

/** What a join (with its leave) and a delivery cost each server, by the number of connections and the size of rooms. */
export async function measureLinearity(start: () => Promise<RunningHub[]>): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const connections of sizes) {
    const hubs = await start();
    try {
      for (const roomSize of roomSizes) {
        cells.push(...(await measureCells(hubs, { connections, roomSize })));
        process.stderr.write('.');
      }
    } finally {
      await Promise.all(hubs.map((hub) => hub.stop()));
    }
  }
  return cells;
}

/** A hub that finished nothing in a window has no cost to show. */
function inUs(cost: number, digits: number): string {
  return Number.isFinite(cost) ? cost.toFixed(digits) : '–';
}

export function printLinearity(cells: Cell[]): void {
  const names = [...new Set(cells.map(({ hub }) => hub))];
  const row = (title: string, roomSize: number, value: (cell: Cell) => string): string => {
    const own = cells.filter((cell) => cell.roomSize === roomSize);
    const fields = sizes.map((size) => own.filter(({ connections }) => connections === size).map(value));
    return `| ${title}, rooms of ${roomSize} | ${fields.map((values) => `${values.join(' / ')} µs`).join(' | ')} |`;
  };
  console.log(`\nCPU time of the server, ${names.join(' / ')}:\n`);
  console.log(`| | ${sizes.map((size) => `${size.toLocaleString('en-US')} connections`).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(sizes.length)}`);
  for (const roomSize of roomSizes) console.log(row('a join and its leave', roomSize, ({ join }) => inUs(join, 0)));
  for (const roomSize of roomSizes) {
    console.log(row('a delivery of 200 bytes', roomSize, ({ delivery }) => inUs(delivery, 2)));
  }
}
