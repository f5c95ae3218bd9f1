import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSilentLogger } from '../../src/shared/logger.ts';
import { Hub, type HubOptions } from '../../src/signaling/hub.ts';

export interface TestHub extends AsyncDisposable {
  hub: Hub;
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Rates for tests that are about something else. */
export const anyRate = {
  requestsPerSecond: 1e9,
  requestBurst: 1e9,
  messagesPerSecond: 1e9,
  messageBurst: 1e9,
  receivedBytesPerSecond: 1e12,
  receivedBytesBurst: 1e12,
};

/** A hub on a loopback port of its own. */
export async function startHub(options: Partial<HubOptions> = {}): Promise<TestHub> {
  const hub = new Hub({ logger: createSilentLogger(), ...options });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => hub.handleUpgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    await hub.close();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return { hub, port, url: `ws://127.0.0.1:${port}/signaling`, close, [Symbol.asyncDispose]: close };
}
