import { ip, Namespaces, type TestHost } from './namespaces.ts';

/** A server and its guests, each a host of its own: network namespaces joined by virtual cables. Needs root and iproute2. */
export interface TestLan extends Disposable {
  serverHost: TestHost;
  /** The first of the guests. */
  guestHost: TestHost;
  guestHosts: readonly TestHost[];
}

const serverAddress = '10.77.0.1';

export function createTestLan({ guests = 1 } = {}): TestLan {
  const namespaces = new Namespaces();
  const serverHost = namespaces.add('server', serverAddress);
  const plug = (index: number): TestHost => {
    const subnet = `10.77.${index}`;
    const guest = namespaces.add(`guest${index}`, `${subnet}.2`);
    const device = `cp${index}-${namespaces.suffix}`.slice(0, 15);
    const [at = [], peer = []] = [serverHost, guest].map(({ namespace }) => [device, 'netns', namespace]);
    ip('link', 'add', ...at, 'type', 'veth', 'peer', 'name', ...peer);
    for (const [{ namespace }, address] of [[serverHost, `${subnet}.1`] as const, [guest, guest.address] as const]) {
      ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', device);
      ip('-n', namespace, 'link', 'set', device, 'up');
    }
    ip('-n', guest.namespace, 'route', 'add', 'default', 'dev', device);
    return guest;
  };
  const guestHost = plug(0);
  const guestHosts = [guestHost, ...Array.from({ length: guests - 1 }, (_, index) => plug(index + 1))];
  // Without a route to the world a server would not know which of its addresses is the one to give away.
  ip('-n', serverHost.namespace, 'route', 'add', 'default', 'dev', `cp0-${namespaces.suffix}`.slice(0, 15));
  return { serverHost, guestHost, guestHosts, [Symbol.dispose]: () => namespaces[Symbol.dispose]() };
}
