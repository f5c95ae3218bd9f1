import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { pin } from '../hub/process-cost.ts';

/** Real-time priorities: the main thread goes before the helpers of its own process, which share its core. */
const helpers = '1';
const mainThread = '2';

/**
 * Gives a process a core, and real-time precedence on it where that is allowed: a pause of 50 ms is looked for here, and
 * that is also what a compiler on the same core costs. Without the privilege the run is as quiet as the machine is; how
 * long the server waited is reported.
 */
export function preferOn(pid: number, place: 'first core' | 'other cores'): void {
  pin(pid, place);
  // At one priority the garbage collector's threads would get turns of 100 ms while the main thread waits.
  spawnSync('chrt', ['--all-tasks', '--rr', '--pid', helpers, String(pid)]);
  preferMainThread(pid);
}

function preferMainThread(pid: number): void {
  spawnSync('chrt', ['--rr', '--pid', mainThread, String(pid)]);
}

/** The same for the main threads of the processes that it has started, which inherit its core. */
export function preferChildrenOf(pid: number): void {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return;
  for (const child of readFileSync(path, 'latin1').trim().split(' ')) if (child !== '') preferMainThread(Number(child));
}

/** How long the main thread of a process has waited for a core although it could have run: proc(5), `schedstat`. */
export function coreWaitMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
}
