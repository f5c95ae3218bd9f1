import { bindNow, createDatagramSocket, enlargeBuffers } from '../../../src/turn/net/datagram-socket.ts';

/**
 * The platform's ceiling: two sockets, and every datagram of one is sent on by the other as it is. It looks nothing up,
 * counts nothing and adds no header. A first datagram `peer PORT` tells it between whom to relay.
 */
const host = '127.0.0.1';
const [clientSide, peerSide] = [createDatagramSocket(4), createDatagramSocket(4)];
let [clientPort, peerPort] = [0, 0];

for (const socket of [clientSide, peerSide]) {
  bindNow(socket, 0, host);
  enlargeBuffers(socket, 4_194_304);
}

clientSide.on('message', (datagram, remote) => {
  if (peerPort === 0) {
    clientPort = remote.port;
    peerPort = Number(datagram.toString().split(' ')[1]);
    clientSide.send(String(peerSide.address().port), clientPort, host);
  } else {
    peerSide.send(datagram, peerPort, host);
  }
});
peerSide.on('message', (datagram) => clientSide.send(datagram, clientPort, host));
process.stdout.write(`listening on ${clientSide.address().port}\nready\n`);
