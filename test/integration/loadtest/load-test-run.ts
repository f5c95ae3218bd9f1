import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../../src/loadtest/report/report.ts';
import type { TestHost } from '../../support/namespaces.ts';

const cli = fileURLToPath(new URL('../../../src/loadtest/cli.ts', import.meta.url));
const pollMs = 50;

interface Outcome {
  code: number | null;
  output: string;
  /** Absent when the run wrote none. */
  report: Report | undefined;
  figures: Record<string, number>;
}

/** Runs the load tester as an operator does, in a process of its own, and keeps its reports in a folder. */
export class LoadTests implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'load-test-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs it to its end. */
  run(url: string, ...args: string[]): Promise<Outcome> {
    return this.start(url, ...args).outcome;
  }

  start(url: string, ...args: string[]): LoadTestRun {
    return this.startProgram(process.execPath, cli, ...args, '--url', url);
  }

  /** Runs it on another host. */
  runOn(host: TestHost, url: string, ...args: string[]): Promise<Outcome> {
    return this.startProgram(host.wrap(process.execPath), cli, ...args, '--url', url).outcome;
  }

  /** Runs it in a shell that first does something else, such as lowering a limit. */
  runAfter(preparation: string, url: string, ...args: string[]): Promise<Outcome> {
    const exec = `${preparation} && exec "$@"`;
    return this.startProgram('bash', '-c', exec, 'bash', process.execPath, cli, ...args, '--url', url).outcome;
  }

  merge(...args: string[]): Promise<Outcome> {
    return this.startProgram(process.execPath, cli, 'merge', ...args).outcome;
  }

  startProgram(program: string, ...args: string[]): LoadTestRun {
    const json = this.path('report.json');
    rmSync(json, { force: true });
    const own = args.includes('--json') ? [] : ['--json', json];
    const html = ['--html', this.path('report.html')];
    return new LoadTestRun(spawn(program, [...args, ...own, ...html], { stdio: ['ignore', 'pipe', 'pipe'] }), json);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

class LoadTestRun {
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, json: string) {
    this.#child = child;
    this.outcome = this.#finish(json);
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Process ids of its worker processes, as soon as there are so many. */
  async workers(count: number): Promise<number[]> {
    const path = `/proc/${this.#child.pid}/task/${this.#child.pid}/children`;
    while (true) {
      const pids = readFileSync(path, 'latin1').trim().split(' ').filter(Boolean).map(Number);
      if (pids.length >= count) return pids;
      await sleep(pollMs);
    }
  }

  async #finish(json: string): Promise<Outcome> {
    let output = '';
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => {
        output += String(chunk);
      });
    }
    const [code] = await once(this.#child, 'close');
    const report = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as Report) : undefined;
    return { code, output, report, figures: report?.figures ?? {} };
  }
}
