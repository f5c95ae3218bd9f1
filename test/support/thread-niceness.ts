import { readdirSync, readFileSync } from 'node:fs';

/** Niceness of a process's threads by their names: field 19 of proc(5) `stat`. Linux only. */
export function threadNiceness(pid: number): { name: string; niceness: number }[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
    const end = stat.lastIndexOf(')');
    return {
      name: stat.slice(stat.indexOf('(') + 1, end),
      niceness: Number(stat.slice(end + 2).split(' ')[16]),
    };
  });
}
