import { ip, Namespaces, type TestHost } from './namespaces.ts';

/** A server, and a guest with two ways to it, of which it uses one at a time: think of Wi-Fi and mobile data. */
export interface RoamingLan extends Disposable {
  serverHost: TestHost;
  guestHost: TestHost;
  /** The guest's addresses, by network. */
  addresses: Record<GuestNetwork, string>;
  /** The guest gets an address on this network, and the route that goes with it. */
  connect(network: GuestNetwork): void;
  /** The guest loses the address, and nobody is told. */
  disconnect(network: GuestNetwork): void;
}

type GuestNetwork = keyof typeof subnets;

const subnets = { wifi: '10.77.1', mobile: '10.77.2' };
const serverAddress = '10.78.0.1';

/** Both networks lead to the same address of the server, which belongs to neither. The guest begins with none. */
export function createRoamingLan(): RoamingLan {
  const namespaces = new Namespaces();
  const serverHost = namespaces.add('server', serverAddress);
  const guestHost = namespaces.add('guest', '');
  ip('-n', serverHost.namespace, 'address', 'add', `${serverAddress}/32`, 'dev', 'lo');
  for (const [device, subnet] of Object.entries(subnets)) {
    const [at, peer] = [serverHost, guestHost].map(({ namespace }) => [device, 'netns', namespace]);
    if (at && peer) ip('link', 'add', ...at, 'type', 'veth', 'peer', 'name', ...peer);
    // No IPv6: its own address comes a second later, and a browser takes that for another change of network.
    for (const { namespace } of [serverHost, guestHost])
      ip('-n', namespace, 'link', 'set', device, 'addrgenmode', 'none');
    ip('-n', serverHost.namespace, 'address', 'add', `${subnet}.1/24`, 'dev', device);
    ip('-n', serverHost.namespace, 'link', 'set', device, 'up');
  }
  const onGuest = (...args: string[]) => ip('-n', guestHost.namespace, ...args);
  return {
    ...{ serverHost, guestHost },
    addresses: { wifi: `${subnets.wifi}.2`, mobile: `${subnets.mobile}.2` },
    connect(network) {
      onGuest('link', 'set', network, 'up');
      onGuest('address', 'add', `${subnets[network]}.2/24`, 'dev', network);
      onGuest('route', 'replace', 'default', 'via', `${subnets[network]}.1`, 'dev', network);
    },
    disconnect(network) {
      onGuest('address', 'flush', 'dev', network);
      onGuest('link', 'set', network, 'down');
    },
    [Symbol.dispose]: () => namespaces[Symbol.dispose](),
  };
}
