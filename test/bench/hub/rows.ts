import type { Workload } from './workloads.ts';

/** A line of a table: what the hubs are made to do. */
export interface Row {
  name: string;
  /** What is counted. */
  unit: string;
  workload: Workload;
  /** Operations per second to begin the search with: less than any of the hubs can do. */
  fromPerSecond: number;
}

const members = 1000;
/** Enough pairs that none of them meets the limit on a connection's bytes. */
const relayMembers = 600;

interface Churn {
  roomSize: number;
  fromPerSecond: number;
  inOneGo?: boolean;
  /** How many of the members are on their way at a time, where a number is kept in flight. */
  moving?: number;
}

function churn({ roomSize, fromPerSecond, moving = 0, inOneGo = false }: Churn): Row {
  const workload: Workload = { kind: 'churn', roomSize, members, inFlight: moving, inOneGo };
  if (inOneGo) return { name: `changing rooms of ${roomSize}`, unit: 'changes', workload, fromPerSecond };
  return { name: `churn, rooms of ${roomSize}`, unit: 'joins and leaves', workload, fromPerSecond };
}

function broadcast(roomSize: number, fromPerSecond: number, inFlightPerRoom = 0): Row {
  const workload: Workload = { kind: 'broadcast', roomSize, members, inFlightPerRoom, bytes: 200 };
  return { name: `broadcast 200 B, rooms of ${roomSize}`, unit: 'deliveries', workload, fromPerSecond };
}

function relay(fromPerSecond: number, inFlightPerRoom = 0): Row {
  const workload: Workload = { kind: 'relay', roomSize: 2, members: relayMembers, inFlightPerRoom, bytes: 2500 };
  return { name: 'relay 2.5 kB', unit: 'messages', workload, fromPerSecond };
}

/** What is offered at rising rates. */
export const capacityRows: Row[] = [
  churn({ roomSize: 4, fromPerSecond: 8_000 }),
  churn({ roomSize: 20, fromPerSecond: 3_000 }),
  churn({ roomSize: 200, fromPerSecond: 300 }),
  broadcast(10, 4_000),
  broadcast(100, 400),
  broadcast(1000, 40),
  relay(10_000),
];

/** The same work with a number of operations in flight, which tells how much is owed to what can be joined into one write. */
export function depthRows(): Row[] {
  const named = (row: Row, depth: string): Row => ({ ...row, name: `${row.name}, ${depth}` });
  const moving = (roomSize: number, share: number) =>
    named(churn({ roomSize, moving: members / share, fromPerSecond: 0 }), `one in ${share} moving`);
  return [
    ...[4, 20].flatMap((roomSize) => [8, 2, 1].map((share) => moving(roomSize, share))),
    ...[4, 20].map((roomSize) => churn({ roomSize, moving: members / 2, inOneGo: true, fromPerSecond: 0 })),
    ...[1, 2, 4, 16].map((depth) => named(broadcast(100, 0, depth), `${depth} in flight`)),
    ...[2, 4, 16].map((depth) => named(relay(0, depth), `${depth} in flight`)),
  ];
}
