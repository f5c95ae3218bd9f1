import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** What V8's threads are called in Linux; they sweep the heap and compile beside the event loop, and mark where that is not turned off. */
const helperName = 'V8Worker';
/** A tenth of what the event loop gets, each; there are four of them. */
const helperNiceness = 10;

/**
 * Lets V8's helper threads give way to the event loop. Where all cores are busy they share one with it, and as equals they
 * would take four fifths of that core for as long as they mark: pauses of 50 to 120 ms with ten thousand connections.
 * Does nothing where threads have no priorities of their own, which is everywhere but in Linux. Returns how many gave way.
 */
export function letHelpersGiveWay(): number {
  let count = 0;
  for (const thread of threads()) {
    if (attempt(() => nameOf(thread)) !== helperName) continue;
    if (attempt(() => setPriority(Number(thread), helperNiceness) ?? true)) count += 1;
  }
  return count;
}

function threads(): string[] {
  return (process.platform === 'linux' && attempt(() => readdirSync('/proc/self/task'))) || [];
}

function nameOf(thread: string): string {
  return readFileSync(`/proc/self/task/${thread}/comm`, 'latin1').trim();
}

/** A thread may end between two looks, and a container may hide them. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
