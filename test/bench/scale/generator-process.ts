import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Order, Report } from '../hub/generator.ts';
import type { RunningHub } from '../hub/hubs.ts';
import { cpuSecondsOf } from '../hub/process-cost.ts';
import type { Workload } from '../hub/workloads.ts';
import { preferOn } from './quiet-core.ts';

const warmUpMs = 1_000;

/** The generator of the hub's benchmark in a process of its own, driven step by step. */
export class GeneratorProcess {
  readonly #child = fork(new URL('../hub/generator.ts', import.meta.url));

  constructor() {
    if (this.#child.pid !== undefined) preferOn(this.#child.pid, 'other cores');
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

  /** CPU time of the hub for one unit of the workload, in microseconds. */
  async cost(hub: RunningHub, workload: Workload, windowMs: number): Promise<number> {
    this.#order({ kind: 'run', hub: hub.name, workload, warmUpMs, windowMs });
    await this.#report('begin');
    const before = cpuSecondsOf(hub.pid);
    const { units } = await this.#report('end');
    const cpuSeconds = cpuSecondsOf(hub.pid) - before;
    await this.#report('ready');
    return (cpuSeconds / units) * 1e6;
  }

  close(): void {
    this.#child.disconnect();
  }

  #order(order: Order): void {
    this.#child.send(order);
  }

  async #report<K extends Report['kind']>(kind: K): Promise<Report & { kind: K }> {
    const [message] = (await once(this.#child, 'message')) as [Report];
    if (message.kind === 'failed') throw new Error(message.message);
    if (message.kind !== kind) throw new Error(`expected ${kind}, got ${message.kind}`);
    return message as Report & { kind: K };
  }
}
