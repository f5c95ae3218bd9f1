import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Order, Report } from './generator.ts';
import type { RunningHub } from './hubs.ts';
import type { Offered } from './open-loop.ts';
import { cpuSecondsOf, pin } from './process-cost.ts';
import type { Workload } from './workloads.ts';

/** Warmed up for that long, work is measured for a window. */
export interface Timing {
  warmUpMs: number;
  windowMs: number;
}

/** CPU time that the hub took for the window, and operations that came to nothing: the members are spoilt then. */
interface Cost {
  cpuSeconds: number;
  undone: number;
}

/** The generator in a process of its own, on the cores that the hub does not have. */
export class GeneratorProcess {
  readonly #child = fork(new URL('./generator.ts', import.meta.url));

  constructor(place: (pid: number, cores: 'other cores') => void = pin) {
    if (this.#child.pid !== undefined) place(this.#child.pid, 'other cores');
  }

  /** Has members join, in rooms of that size. */
  async fill({ name, dialect, origin }: RunningHub, members: number, roomSize: number): Promise<void> {
    this.#order({ kind: 'fill', hub: name, dialect, origin, members, roomSize });
    await this.#report('ready');
  }

  async empty({ name }: RunningHub): Promise<void> {
    this.#order({ kind: 'close', hub: name });
    await this.#report('ready');
  }

  /** Keeps the workload's number of operations in flight. */
  async keepInFlight(hub: RunningHub, workload: Workload, timing: Timing): Promise<Cost & { units: number }> {
    this.#order({ kind: 'run', hub: hub.name, workload, ...timing });
    return this.#window(hub, 'end');
  }

  /** Begins operations at a rate. */
  async offer(hub: RunningHub, workload: Workload, timing: Timing & { perSecond: number }): Promise<Cost & Offered> {
    this.#order({ kind: 'offer', hub: hub.name, workload, ...timing });
    return this.#window(hub, 'offered');
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #window<K extends 'end' | 'offered'>(hub: RunningHub, kind: K): Promise<Cost & Report & { kind: K }> {
    await this.#report('begin');
    const before = cpuSecondsOf(hub.pid);
    const report = await this.#report(kind);
    const cpuSeconds = cpuSecondsOf(hub.pid) - before;
    const { undone } = await this.#report('ready');
    return { ...report, cpuSeconds, undone };
  }

  #order(order: Order): void {
    this.#child.send(order);
  }

  async #report<K extends Report['kind']>(kind: K): Promise<Report & { kind: K }> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const ended = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error('the generator ended');
    });
    const message = once(this.#child, 'message', { signal }).then(([report]) => report as Report);
    try {
      return expectKind(await Promise.race([message, ended]), kind);
    } finally {
      for (const late of [message, ended]) late.catch(() => undefined);
      waiting.abort();
    }
  }
}

function expectKind<K extends Report['kind']>(report: Report, kind: K): Report & { kind: K } {
  if (report.kind === 'failed') throw new Error(report.message);
  if (report.kind !== kind) throw new Error(`expected ${kind}, got ${report.kind}`);
  return report as Report & { kind: K };
}
