import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';

/** Two hosts on a network of their own: network namespaces joined by a virtual cable. Needs root and iproute2. */
export interface TestLan extends Disposable {
  serverHost: TestHost;
  guestHost: TestHost;
}

interface TestHost {
  namespace: string;
  address: string;
  /** Gives a program that does what `program` does, on this host. */
  wrap(program: string): string;
}

let lans = 0;

export function createTestLan(): TestLan {
  const suffix = `${pid}-${lans++}`;
  const folder = mkdtempSync(join(tmpdir(), 'crosspoint-lan-'));
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
  const hosts = ['10.77.0.1', '10.77.0.2'].map((address, index) => ({
    namespace: `crosspoint-${index}-${suffix}`,
    device: `cp${index}-${suffix}`.slice(0, 15),
    address,
  }));
  const [server, guest] = hosts;
  if (!server || !guest) throw new Error('no hosts');
  for (const { namespace } of hosts) ip('netns', 'add', namespace);
  ip(
    'link',
    'add',
    server.device,
    'netns',
    server.namespace,
    'type',
    'veth',
    'peer',
    'name',
    guest.device,
    'netns',
    guest.namespace,
  );
  for (const { namespace, device, address } of hosts) {
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', device);
    for (const name of ['lo', device]) ip('-n', namespace, 'link', 'set', name, 'up');
    ip('-n', namespace, 'route', 'add', 'default', 'dev', device);
  }
  const toHost = ({ namespace, address }: { namespace: string; address: string }): TestHost => ({
    namespace,
    address,
    wrap(program) {
      const script = join(folder, `${namespace}-${program.replaceAll('/', '-')}`);
      writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${namespace} ${program} "$@"\n`);
      chmodSync(script, 0o755);
      return script;
    },
  });
  return {
    serverHost: toHost(server),
    guestHost: toHost(guest),
    [Symbol.dispose]() {
      for (const { namespace } of hosts) ip('netns', 'delete', namespace);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
