import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pin } from '../hub/process-cost.ts';

/**
 * Gives a process a core, and real-time precedence on it where that is allowed: a pause of 50 ms is looked for here, and
 * that is also what a compiler on the same core costs. Without the privilege the run is as quiet as the machine is; how
 * long the server waited is reported.
 */
export function preferOn(pid: number, place: 'first core' | 'other cores'): void {
  pin(pid, place);
  spawnSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(pid)]);
}

/** How long the main thread of a process has waited for a core although it could have run: proc(5), `schedstat`. */
export function coreWaitMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
}
