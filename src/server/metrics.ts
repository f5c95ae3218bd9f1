import type { Sfu } from '../sfu/types.ts';
import { Metrics } from '../shared/metrics.ts';
import type { HubCounters } from '../shared/tally.ts';
import type { Hub } from '../signaling/hub.ts';
import type { TurnServer } from '../turn/turn-server.ts';

interface MeteredParts {
  hub: Hub;
  counters: HubCounters;
  sfu: Sfu;
  turn: TurnServer | undefined;
}

const livingTurnObjects = ['allocations', 'connections'] as const;

/** Connects the parts to the registry; they know nothing of it. */
export function createMetrics({ hub, counters, sfu, turn }: MeteredParts): Metrics {
  return new Metrics({
    counters,
    connections: () => hub.counts().connections,
    sessions: () => hub.counts().sessions,
    waitingSessions: () => hub.counts().waitingSessions,
    rooms: () => hub.counts().rooms,
    queuedBytes: () => hub.counts().queuedBytes,
    sfuObjects: () => Object.entries(sfu.counts()),
    workerPids: () => sfu.workerPids(),
    turnObjects: () => (turn ? turnFigures(turn, true) : []),
    turnTotals: () => (turn ? turnFigures(turn, false) : []),
  });
}

function turnFigures(turn: TurnServer, living: boolean): [string, number][] {
  const { errorsByCode, ...figures } = turn.metrics();
  const isLiving = (name: string): boolean => livingTurnObjects.some((kind) => kind === name);
  const entries = Object.entries(figures).filter(([name]) => isLiving(name) === living);
  if (living) return entries;
  return [
    ...entries,
    ...Object.entries(errorsByCode).map(([code, count]): [string, number] => [`error${code}`, count]),
  ];
}
