import { createSocket, type Socket } from 'node:dgram';
import type { IpFamily } from './ip-address.ts';

type LookupCallback = (error: Error | null, address: string, family: number) => void;

/** Addresses are literals here; answering at once spares each datagram a turn through the event loop. */
function answerLiteral(family: IpFamily) {
  return (address: string, _options: unknown, callback: LookupCallback) => callback(null, address, family);
}

/** Creates an unbound datagram socket whose sends and bind take effect synchronously. */
export function createDatagramSocket(family: IpFamily, options: { reusePort?: boolean } = {}): Socket {
  return createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    ipv6Only: family === 6,
    reusePort: options.reusePort ?? false,
    lookup: answerLiteral(family),
  });
}

/**
 * Binds at once: with a literal address and a synchronous lookup Node reports success or failure before bind returns.
 * `exclusive` keeps a cluster worker from sharing the port, and thereby its datagrams, with its siblings.
 */
export function bindNow(socket: Socket, port: number, address: string): boolean {
  let bound = false;
  const onListening = () => {
    bound = true;
  };
  const onError = () => undefined;
  socket.once('listening', onListening).once('error', onError);
  socket.bind({ port, address, exclusive: true });
  socket.off('listening', onListening).off('error', onError);
  return bound;
}

/** Asks for large kernel buffers; the kernel grants what its limits allow, and refusing is no error. */
export function enlargeBuffers(socket: Socket, bytes: number): void {
  try {
    socket.setRecvBufferSize(bytes);
    socket.setSendBufferSize(bytes);
  } catch {
    // Some systems refuse sizes above their limit instead of granting less; the default size works too.
  }
}
