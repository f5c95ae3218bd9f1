import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';

/** A host on a network of tests: a network namespace with an address that the others reach. */
export interface TestHost {
  namespace: string;
  address: string;
  /** Gives a program that does what `program` does, on this host. */
  wrap(program: string): string;
}

/** Network namespaces of one test, which end with it. Needs root and iproute2. */
export class Namespaces implements Disposable {
  /** Tells the namespaces and devices of tests apart that run at the same time. */
  readonly suffix = `${pid}-${made++}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'crosspoint-lan-'));
  readonly #names: string[] = [];

  add(name: string, address: string): TestHost {
    const namespace = `crosspoint-${name}-${this.suffix}`;
    ip('netns', 'add', namespace);
    this.#names.push(namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return { namespace, address, wrap: (program) => this.#wrap(namespace, program) };
  }

  #wrap(namespace: string, program: string): string {
    const script = join(this.#folder, `${namespace}-${program.replaceAll('/', '-')}`);
    writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${namespace} ${program} "$@"\n`);
    chmodSync(script, 0o755);
    return script;
  }

  [Symbol.dispose](): void {
    for (const namespace of this.#names.splice(0)) ip('netns', 'delete', namespace);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let made = 0;

export function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
