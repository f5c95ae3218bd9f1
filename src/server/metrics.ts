import type { Sfu } from '../sfu/types.ts';
import { Metrics } from '../shared/metrics.ts';
import type { HubCounters } from '../shared/tally.ts';
import type { Hub, HubCounts } from '../signaling/hub.ts';
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
  const counts = countsOfOneScrape(hub);
  return new Metrics({
    counters,
    connections: () => counts().connections,
    sessions: () => counts().sessions,
    waitingSessions: () => counts().waitingSessions,
    rooms: () => counts().rooms,
    queuedBytes: () => counts().queuedBytes,
    mailboxEntries: () => {
      const { messages, receipts } = hub.mailboxTotals();
      return Object.entries({ messages, receipts });
    },
    mailboxBytes: () => hub.mailboxTotals().bytes,
    rememberedIds: () => hub.mailboxTotals().rememberedIds,
    sfuObjects: () => Object.entries(sfu.counts()),
    workerPids: () => sfu.workerPids(),
    turnObjects: () => (turn ? turnFigures(turn, true) : []),
    turnTotals: () => (turn ? turnFigures(turn, false) : []),
  });
}

/** A scrape asks for each figure by itself within one turn, and counting goes over all connections. */
function countsOfOneScrape(hub: Hub): () => HubCounts {
  let counts: HubCounts | undefined;
  return () => {
    if (!counts) setImmediate(() => (counts = undefined));
    counts ??= hub.counts();
    return counts;
  };
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
