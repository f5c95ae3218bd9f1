import { readFileSync } from 'node:fs';

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
