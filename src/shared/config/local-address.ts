import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An address for documentation (RFC 5737): only the route to it is asked for, nothing is sent. */
const ROUTE_PROBE = { address: '192.0.2.1', port: 9 };
const VIRTUAL_INTERFACE = /^(docker|br-|veth|virbr|tun|tap|wg|tailscale|zt)/;

/**
 * The IPv4 address under which others on the network reach this machine: the one that the default route would send
 * from, else that of the first real interface, else loopback.
 */
export async function findLocalAddress(): Promise<string> {
  return (await routeAddress()) ?? interfaceAddress() ?? '127.0.0.1';
}

/** Connecting a UDP socket makes the kernel choose the address to send from. */
async function routeAddress(): Promise<string | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.connect(ROUTE_PROBE.port, ROUTE_PROBE.address);
    await once(socket, 'connect');
    const { address } = socket.address();
    return isIP(address) === 4 && address !== '0.0.0.0' ? address : undefined;
  } catch {
    // Without a route to anywhere, as on a machine that is not connected.
    return undefined;
  } finally {
    socket.close();
  }
}

function interfaceAddress(): string | undefined {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (VIRTUAL_INTERFACE.test(name)) continue;
    const found = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal);
    if (found) return found.address;
  }
  return undefined;
}
