import { CrosspointClient } from '../../../../src/client/index.ts';
import { msgpackEncoding } from '../../../../src/client/msgpack.ts';

declare global {
  interface Window {
    /** Joins, sends a message with bytes, and resolves with what the first message that comes says; bytes as a list. */
    exchange(options: { url: string; packed: boolean; compress: boolean }): Promise<unknown>;
  }
}

window.exchange = async ({ url, packed, compress }) => {
  const client = new CrosspointClient({ url, compress, ...(packed && { encoding: msgpackEncoding }) });
  const heard = new Promise<unknown>((resolve) => client.on('messageReceived', ({ body }) => resolve(body)));
  await client.join({ room: 'lobby', subscribe: 'manual' });
  await client.sendMessage({
    type: 'from the page',
    body: Uint8Array.from({ length: 4_000 }, (_, index) => index >> 4),
  });
  const body = await heard;
  await client.leave();
  return body instanceof Uint8Array ? [...body] : body;
};
