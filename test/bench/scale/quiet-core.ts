import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { pin } from '../hub/process-cost.ts';

const niceness = -15;
const sessionGroup = '/proc/self/autogroup';

/**
 * Gives a process a core, and its main thread precedence on it where that is allowed: a pause of 50 ms is looked for here,
 * and that is also what a compiler on the same core costs. Real-time classes would be surer, but V8's threads wait for each
 * other in loops, and stand still when one must not run. Without the privilege the run is as quiet as the machine is; how
 * long the server waited is reported.
 */
export function preferOn(pid: number, place: 'first core' | 'other cores'): void {
  pin(pid, place);
  attempt(() => setPriority(pid, niceness));
}

/** Niceness counts only within a session where the scheduler groups them (sched(7), autogroup), so this one goes first. */
export function preferSession(): void {
  attempt(() => {
    writeFileSync(sessionGroup, String(niceness));
    process.once('exit', () => attempt(() => writeFileSync(sessionGroup, '0')));
  });
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Not allowed, or a kernel without it.
  }
}

/** How long the main thread of a process has waited for a core although it could have run: proc(5), `schedstat`. */
export function coreWaitMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
}
