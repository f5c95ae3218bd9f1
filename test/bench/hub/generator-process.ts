import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Order, Report } from './generator.ts';
import { pin } from './process-cost.ts';

/** The generator's process, driven step by step. */
export class GeneratorProcess {
  readonly #child = fork(new URL('./generator.ts', import.meta.url));

  constructor() {
    if (this.#child.pid !== undefined) pin(this.#child.pid, 'other cores');
  }

  order(order: Order): void {
    this.#child.send(order);
  }

  async report<K extends Report['kind']>(kind: K): Promise<Report & { kind: K }> {
    const aborted = new AbortController();
    const ended = once(this.#child, 'exit', { signal: aborted.signal }).then(() => {
      throw new Error('the generator ended');
    });
    const message = once(this.#child, 'message', { signal: aborted.signal }).then(([report]) => report as Report);
    const report = await Promise.race([message, ended]).finally(() => aborted.abort());
    for (const late of [message, ended]) late.catch(() => undefined);
    if (report.kind === 'failed') throw new Error(report.message);
    if (report.kind !== kind) throw new Error(`expected ${kind}, got ${report.kind}`);
    return report as Report & { kind: K };
  }

  async obey(order: Order): Promise<void> {
    this.order(order);
    await this.report('ready');
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
