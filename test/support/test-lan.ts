import { ip, Namespaces, type TestHost } from './namespaces.ts';

/** Two hosts on a network of their own: network namespaces joined by a virtual cable. Needs root and iproute2. */
export interface TestLan extends Disposable {
  serverHost: TestHost;
  guestHost: TestHost;
}

export function createTestLan(): TestLan {
  const namespaces = new Namespaces();
  const serverHost = namespaces.add('0', '10.77.0.1');
  const guestHost = namespaces.add('1', '10.77.0.2');
  const ends = [serverHost, guestHost].map(({ namespace, address }, index) => ({
    ...{ namespace, address },
    device: `cp${index}-${namespaces.suffix}`.slice(0, 15),
  }));
  const [at = [], peer = []] = ends.map(({ namespace, device }) => [device, 'netns', namespace]);
  ip('link', 'add', ...at, 'type', 'veth', 'peer', 'name', ...peer);
  for (const { namespace, device, address } of ends) {
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', device);
    ip('-n', namespace, 'link', 'set', device, 'up');
    ip('-n', namespace, 'route', 'add', 'default', 'dev', device);
  }
  return { serverHost, guestHost, [Symbol.dispose]: () => namespaces[Symbol.dispose]() };
}
