import { setTimeout as sleep } from 'node:timers/promises';
import { type DialectName, dialects } from './dialects.ts';
import { type Offered, OpenLoop } from './open-loop.ts';
import { Population, run, type Workload } from './workloads.ts';

/** The process that makes the load; the benchmark tells it what to do and measures the hub meanwhile. */
export type Order =
  | { kind: 'fill'; hub: string; dialect: DialectName; origin: string; members: number; roomSize: number }
  | { kind: 'run'; hub: string; workload: Workload; warmUpMs: number; windowMs: number }
  | { kind: 'offer'; hub: string; workload: Workload; perSecond: number; warmUpMs: number; windowMs: number }
  | { kind: 'close'; hub: string };

export type Report =
  /** `undone` operations were begun and came to nothing. */
  | { kind: 'ready'; undone: number }
  | { kind: 'begin' }
  | { kind: 'end'; units: number }
  | ({ kind: 'offered' } & Offered)
  | { kind: 'failed'; message: string };

const populations = new Map<string, Population>();

function report(message: Report): void {
  process.send?.(message);
}

/**
 * Polls for input instead of sleeping. Waking a sleeper costs the one who wakes it, which is the hub: a hub whose writes
 * are few would pay for each of them with the generator's idleness. Real clients sleep on machines of their own.
 */
function stayAwake(): { stop(): void } {
  let awake = true;
  const poll = (): void => {
    if (awake) setImmediate(poll);
  };
  poll();
  return {
    stop: () => {
      awake = false;
    },
  };
}

async function obey(order: Order): Promise<void> {
  if (order.kind === 'fill') {
    const population = new Population(dialects[order.dialect], order.origin);
    populations.set(order.hub, population);
    await population.fill(order.members, order.roomSize);
    return report({ kind: 'ready', undone: 0 });
  }
  const population = populations.get(order.hub);
  if (!population) throw new Error(`no members of ${order.hub}`);
  if (order.kind === 'close') {
    population.close();
    populations.delete(order.hub);
    return report({ kind: 'ready', undone: 0 });
  }
  if (order.kind === 'offer') return report({ kind: 'ready', undone: await offer(order, population) });
  await keepInFlight(order, population);
  report({ kind: 'ready', undone: 0 });
}

async function offer(order: Order & { kind: 'offer' }, { rooms }: Population): Promise<number> {
  const loop = new OpenLoop(order.workload, rooms, order.perSecond);
  await sleep(order.warmUpMs);
  loop.beginWindow();
  report({ kind: 'begin' });
  await sleep(order.windowMs);
  report({ kind: 'offered', ...loop.endWindow() });
  return loop.stop();
}

async function keepInFlight(order: Order & { kind: 'run' }, population: Population): Promise<void> {
  const awake = stayAwake();
  const running = run(order.workload, population);
  await sleep(order.warmUpMs);
  const before = running.done();
  report({ kind: 'begin' });
  await sleep(order.windowMs);
  report({ kind: 'end', units: running.done() - before });
  await running.stop();
  awake.stop();
}

process.on('message', (order: Order) => {
  obey(order).catch((error) =>
    report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
