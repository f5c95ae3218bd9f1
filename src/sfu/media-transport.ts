import type { types } from 'mediasoup';
import { CrosspointError } from '../shared/errors.ts';
import type { RoomNode } from './room-node.ts';
import type { SfuOptions } from './sfu-options.ts';

/** A transport of a client on its worker's shared ports. */
export async function createMediaTransport(node: RoomNode, options: SfuOptions): Promise<types.WebRtcTransport> {
  try {
    return await node.router.createWebRtcTransport({
      webRtcServer: node.worker.webRtcServer,
      enableUdp: options.enableUdp,
      enableTcp: options.enableTcp,
      preferUdp: true,
      initialAvailableOutgoingBitrate: options.initialBitrate,
    });
  } catch (error) {
    throw new CrosspointError('mediaUnavailable', { cause: error });
  }
}

/** Calls back when the client's end of the connection is gone: it closed it, or the handshake failed. */
export function onRemoteEnd(transport: types.WebRtcTransport, listener: (state: 'closed' | 'failed') => void): void {
  transport.on('dtlsstatechange', (state) => {
    if (state === 'closed' || state === 'failed') listener(state);
  });
}
