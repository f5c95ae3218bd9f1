import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const ticksPerSecond = 100;
const bytesPerPage = 4096;

/** CPU time of a process with all its threads, user and kernel, in seconds: fields 14 and 15 of proc(5) `stat`. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export function residentBytesOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * bytesPerPage;
}

/**
 * Keeps a process with all its threads on the first core, or on all the others. Otherwise the scheduler likes to put a hub
 * beside the generator that it wakes, where each write hands the core over, and the hub pays for the switch.
 */
export function pin(pid: number, place: 'first core' | 'other cores'): void {
  const cores = availableParallelism();
  if (cores < 2) return;
  spawnSync('taskset', ['-a', '-c', '-p', place === 'first core' ? '0' : `1-${cores - 1}`, String(pid)]);
}
